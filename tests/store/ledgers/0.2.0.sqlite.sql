BEGIN TRANSACTION;
CREATE TABLE "accounts" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "network" varchar(20) NOT NULL, "server" varchar(300) NOT NULL, "handle" varchar(200) NOT NULL, "origin" varchar(600) NOT NULL, "remote_id" varchar(200) NOT NULL, "label" varchar(700) NOT NULL UNIQUE, "group" varchar(100) NOT NULL, "is_listed" bool NOT NULL, "pool" varchar(330) NOT NULL, "url" text NOT NULL, "text_limit" integer unsigned NOT NULL CHECK ("text_limit" >= 0), "health" varchar(10) NOT NULL, "detail" text NOT NULL, "next_allowed_at" datetime NULL, "closed_until" datetime NULL, "checked_at" datetime NULL, "failures" integer unsigned NOT NULL CHECK ("failures" >= 0), "lost_told_at" datetime NULL, "counts" varchar(20) NOT NULL, "called" varchar(200) NOT NULL);
INSERT INTO "accounts" VALUES(1,'x','','labfreemvmt','x labfreemvmt','remote-0','x','',1,'x','https://x.example/us',0,'ok','',NULL,NULL,'2023-09-24 06:00:00',0,NULL,'','');
INSERT INTO "accounts" VALUES(2,'bluesky','','labfreemvmt.example','bluesky labfreemvmt.example','remote-1','bluesky','',1,'bluesky','https://bluesky.example/us',0,'ok','',NULL,NULL,'2023-09-24 06:00:00',1,NULL,'','');
INSERT INTO "accounts" VALUES(3,'mastodon','social.example','labfreemvmt','mastodon social.example labfreemvmt','remote-2','mastodon','',1,'mastodon https://social.example','https://mastodon.example/us',0,'ok','',NULL,NULL,'2023-09-24 06:00:00',0,NULL,'','');
CREATE TABLE "auth_group" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "name" varchar(150) NOT NULL UNIQUE);
CREATE TABLE "auth_group_permissions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "group_id" integer NOT NULL REFERENCES "auth_group" ("id") DEFERRABLE INITIALLY DEFERRED, "permission_id" integer NOT NULL REFERENCES "auth_permission" ("id") DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
INSERT INTO "auth_permission" VALUES(1,1,'add_contenttype','Can add content type');
INSERT INTO "auth_permission" VALUES(2,1,'change_contenttype','Can change content type');
INSERT INTO "auth_permission" VALUES(3,1,'delete_contenttype','Can delete content type');
INSERT INTO "auth_permission" VALUES(4,1,'view_contenttype','Can view content type');
INSERT INTO "auth_permission" VALUES(5,2,'add_permission','Can add permission');
INSERT INTO "auth_permission" VALUES(6,2,'change_permission','Can change permission');
INSERT INTO "auth_permission" VALUES(7,2,'delete_permission','Can delete permission');
INSERT INTO "auth_permission" VALUES(8,2,'view_permission','Can view permission');
INSERT INTO "auth_permission" VALUES(9,3,'add_group','Can add group');
INSERT INTO "auth_permission" VALUES(10,3,'change_group','Can change group');
INSERT INTO "auth_permission" VALUES(11,3,'delete_group','Can delete group');
INSERT INTO "auth_permission" VALUES(12,3,'view_group','Can view group');
INSERT INTO "auth_permission" VALUES(13,4,'add_person','Can add person');
INSERT INTO "auth_permission" VALUES(14,4,'change_person','Can change person');
INSERT INTO "auth_permission" VALUES(15,4,'delete_person','Can delete person');
INSERT INTO "auth_permission" VALUES(16,4,'view_person','Can view person');
INSERT INTO "auth_permission" VALUES(17,5,'add_decisionrow','Can add decision row');
INSERT INTO "auth_permission" VALUES(18,5,'change_decisionrow','Can change decision row');
INSERT INTO "auth_permission" VALUES(19,5,'delete_decisionrow','Can delete decision row');
INSERT INTO "auth_permission" VALUES(20,5,'view_decisionrow','Can view decision row');
INSERT INTO "auth_permission" VALUES(21,6,'add_heartbeatrow','Can add heartbeat row');
INSERT INTO "auth_permission" VALUES(22,6,'change_heartbeatrow','Can change heartbeat row');
INSERT INTO "auth_permission" VALUES(23,6,'delete_heartbeatrow','Can delete heartbeat row');
INSERT INTO "auth_permission" VALUES(24,6,'view_heartbeatrow','Can view heartbeat row');
INSERT INTO "auth_permission" VALUES(25,7,'add_kitrow','Can add kit row');
INSERT INTO "auth_permission" VALUES(26,7,'change_kitrow','Can change kit row');
INSERT INTO "auth_permission" VALUES(27,7,'delete_kitrow','Can delete kit row');
INSERT INTO "auth_permission" VALUES(28,7,'view_kitrow','Can view kit row');
INSERT INTO "auth_permission" VALUES(29,8,'add_ledger','Can add ledger');
INSERT INTO "auth_permission" VALUES(30,8,'change_ledger','Can change ledger');
INSERT INTO "auth_permission" VALUES(31,8,'delete_ledger','Can delete ledger');
INSERT INTO "auth_permission" VALUES(32,8,'view_ledger','Can view ledger');
INSERT INTO "auth_permission" VALUES(33,9,'add_planversion','Can add plan version');
INSERT INTO "auth_permission" VALUES(34,9,'change_planversion','Can change plan version');
INSERT INTO "auth_permission" VALUES(35,9,'delete_planversion','Can delete plan version');
INSERT INTO "auth_permission" VALUES(36,9,'view_planversion','Can view plan version');
INSERT INTO "auth_permission" VALUES(37,10,'add_sourcerow','Can add source row');
INSERT INTO "auth_permission" VALUES(38,10,'change_sourcerow','Can change source row');
INSERT INTO "auth_permission" VALUES(39,10,'delete_sourcerow','Can delete source row');
INSERT INTO "auth_permission" VALUES(40,10,'view_sourcerow','Can view source row');
INSERT INTO "auth_permission" VALUES(41,11,'add_eventrow','Can add event row');
INSERT INTO "auth_permission" VALUES(42,11,'change_eventrow','Can change event row');
INSERT INTO "auth_permission" VALUES(43,11,'delete_eventrow','Can delete event row');
INSERT INTO "auth_permission" VALUES(44,11,'view_eventrow','Can view event row');
INSERT INTO "auth_permission" VALUES(45,12,'add_mentionrow','Can add mention row');
INSERT INTO "auth_permission" VALUES(46,12,'change_mentionrow','Can change mention row');
INSERT INTO "auth_permission" VALUES(47,12,'delete_mentionrow','Can delete mention row');
INSERT INTO "auth_permission" VALUES(48,12,'view_mentionrow','Can view mention row');
INSERT INTO "auth_permission" VALUES(49,13,'add_followuprow','Can add followup row');
INSERT INTO "auth_permission" VALUES(50,13,'change_followuprow','Can change followup row');
INSERT INTO "auth_permission" VALUES(51,13,'delete_followuprow','Can delete followup row');
INSERT INTO "auth_permission" VALUES(52,13,'view_followuprow','Can view followup row');
INSERT INTO "auth_permission" VALUES(53,14,'add_postrow','Can add post row');
INSERT INTO "auth_permission" VALUES(54,14,'change_postrow','Can change post row');
INSERT INTO "auth_permission" VALUES(55,14,'delete_postrow','Can delete post row');
INSERT INTO "auth_permission" VALUES(56,14,'view_postrow','Can view post row');
INSERT INTO "auth_permission" VALUES(57,15,'add_sealedrow','Can add sealed row');
INSERT INTO "auth_permission" VALUES(58,15,'change_sealedrow','Can change sealed row');
INSERT INTO "auth_permission" VALUES(59,15,'delete_sealedrow','Can delete sealed row');
INSERT INTO "auth_permission" VALUES(60,15,'view_sealedrow','Can view sealed row');
INSERT INTO "auth_permission" VALUES(61,16,'add_deliveryrow','Can add delivery row');
INSERT INTO "auth_permission" VALUES(62,16,'change_deliveryrow','Can change delivery row');
INSERT INTO "auth_permission" VALUES(63,16,'delete_deliveryrow','Can delete delivery row');
INSERT INTO "auth_permission" VALUES(64,16,'view_deliveryrow','Can view delivery row');
INSERT INTO "auth_permission" VALUES(65,17,'add_errandrow','Can add errand row');
INSERT INTO "auth_permission" VALUES(66,17,'change_errandrow','Can change errand row');
INSERT INTO "auth_permission" VALUES(67,17,'delete_errandrow','Can delete errand row');
INSERT INTO "auth_permission" VALUES(68,17,'view_errandrow','Can view errand row');
INSERT INTO "auth_permission" VALUES(69,18,'add_noticerow','Can add notice row');
INSERT INTO "auth_permission" VALUES(70,18,'change_noticerow','Can change notice row');
INSERT INTO "auth_permission" VALUES(71,18,'delete_noticerow','Can delete notice row');
INSERT INTO "auth_permission" VALUES(72,18,'view_noticerow','Can view notice row');
INSERT INTO "auth_permission" VALUES(73,19,'add_spendrow','Can add spend row');
INSERT INTO "auth_permission" VALUES(74,19,'change_spendrow','Can change spend row');
INSERT INTO "auth_permission" VALUES(75,19,'delete_spendrow','Can delete spend row');
INSERT INTO "auth_permission" VALUES(76,19,'view_spendrow','Can view spend row');
INSERT INTO "auth_permission" VALUES(77,20,'add_stoprow','Can add stop row');
INSERT INTO "auth_permission" VALUES(78,20,'change_stoprow','Can change stop row');
INSERT INTO "auth_permission" VALUES(79,20,'delete_stoprow','Can delete stop row');
INSERT INTO "auth_permission" VALUES(80,20,'view_stoprow','Can view stop row');
INSERT INTO "auth_permission" VALUES(81,21,'add_accountrow','Can add account row');
INSERT INTO "auth_permission" VALUES(82,21,'change_accountrow','Can change account row');
INSERT INTO "auth_permission" VALUES(83,21,'delete_accountrow','Can delete account row');
INSERT INTO "auth_permission" VALUES(84,21,'view_accountrow','Can view account row');
INSERT INTO "auth_permission" VALUES(85,22,'add_quarantinerow','Can add quarantine row');
INSERT INTO "auth_permission" VALUES(86,22,'change_quarantinerow','Can change quarantine row');
INSERT INTO "auth_permission" VALUES(87,22,'delete_quarantinerow','Can delete quarantine row');
INSERT INTO "auth_permission" VALUES(88,22,'view_quarantinerow','Can view quarantine row');
CREATE TABLE "decisions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(30) NOT NULL, "subject" varchar(300) NOT NULL, "value" text NOT NULL, "replaced" text NOT NULL, "actor" varchar(100) NOT NULL, "reason" text NOT NULL, "at" datetime NOT NULL, "facts" text NULL);
INSERT INTO "decisions" VALUES(1,'slot_skipped','skipped/once','','','cli:ola','not today','2023-10-10 09:00:00',NULL);
INSERT INTO "decisions" VALUES(2,'words_replaced','reworded/once','{"#2": "The debate begins, and these words are a person''s.", "#3": "The debate begins, and these words are a person''s."}','{"#1": "The debate begins, and these words are the plan''s. #Lab23\n\nPromoted by the Labour Campaign for Free Movement.", "#2": "The debate begins, and these words are the plan''s. #Lab23\n\nPromoted by the Labour Campaign for Free Movement.", "#3": "The debate begins, and these words are the plan''s. #Lab23\n\nPromoted by the Labour Campaign for Free Movement."}','cli:ola','better','2023-10-10 09:00:00','{"#2": [["imprint", "Promoted by the Labour Campaign for Free Movement."]], "#3": [["imprint", "Promoted by the Labour Campaign for Free Movement."]]}');
INSERT INTO "decisions" VALUES(3,'milestone_moved','debate','2023-10-10T14:50:00+01:00','2023-10-10T14:40:00+01:00','cli:ola','it slips','2023-10-10 09:00:00',NULL);
CREATE TABLE "deliveries" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "platform" varchar(20) NOT NULL, "part" smallint unsigned NOT NULL CHECK ("part" >= 0), "revision" integer unsigned NOT NULL CHECK ("revision" >= 0), "text" text NOT NULL, "language" varchar(20) NOT NULL, "key" varchar(100) NOT NULL, "request" BLOB NULL, "state" varchar(10) NOT NULL, "reason" varchar(20) NOT NULL, "detail" text NOT NULL, "run_at" datetime NOT NULL, "too_late_at" datetime NOT NULL, "attempts" integer unsigned NOT NULL CHECK ("attempts" >= 0), "looks" integer unsigned NOT NULL CHECK ("looks" >= 0), "fence" integer unsigned NOT NULL CHECK ("fence" >= 0), "lease_until" datetime NULL, "first_sent_at" datetime NULL, "sent_at" datetime NULL, "remote_id" varchar(300) NULL, "url" text NOT NULL, "post_id" bigint NOT NULL REFERENCES "posts" ("id") DEFERRABLE INITIALLY DEFERRED, "by_hand" bool NOT NULL, "checked_at" datetime NULL, "imprint" text NOT NULL, "remote_state" varchar(10) NOT NULL, "target" varchar(300) NOT NULL, "verb" varchar(10) NOT NULL, "waits_for" bigint NULL, "account_id" bigint NOT NULL REFERENCES "accounts" ("id") DEFERRABLE INITIALLY DEFERRED, "twice" text NULL, "twice_at" datetime NULL, "noted_at" datetime NULL, "answered_id" varchar(300) NOT NULL, "answered_url" text NOT NULL, "unseen_since" datetime NULL, "unseen_text" text DEFAULT '' NOT NULL, CONSTRAINT "one_delivery_a_part" UNIQUE ("post_id", "account_id", "part", "verb", "revision"), CONSTRAINT "one_delivery_a_remote_post" UNIQUE ("account_id", "remote_id"));
INSERT INTO "deliveries" VALUES(1,'bluesky',0,0,'A sentence that came too late. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','3ka42ucokjwug',NULL,'missed','','','2023-10-10 10:00:00','2023-10-10 10:15:00',0,0,1,NULL,NULL,NULL,NULL,'',1,0,NULL,'','','','publish',NULL,2,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(2,'x',0,0,'Good morning from Liverpool. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','be11e8e7-0acd-51c0-a9f3-07c8518d89dc',NULL,'sent','','https://x.com/labfreemvmt/status/1712345678901234567','2023-10-10 11:00:00','2023-10-10 11:15:00',0,0,2,NULL,NULL,'2023-10-10 11:00:00','1712345678901234567','https://x.com/labfreemvmt/status/1712345678901234567',2,1,NULL,'','live','','publish',NULL,1,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(3,'bluesky',0,0,'Good morning from Liverpool. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','3ka5tnnahkpaq',X'336B6135746E6E61686B7061717C656E7C476F6F64206D6F726E696E672066726F6D204C69766572706F6F6C2E20234C616232330A0A50726F6D6F74656420627920746865204C61626F75722043616D706169676E20666F722046726565204D6F76656D656E742E7C31313A30303A3030','sent','','','2023-10-10 11:00:00','2023-10-10 11:15:00',1,0,1,NULL,'2023-10-10 11:00:00','2023-10-10 11:00:00','100','https://x.com/us/status/100',2,0,NULL,'','live','','publish',NULL,2,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(4,'mastodon',0,0,'Good morning from Liverpool. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','9e1e30e4-32c4-5fbe-8e8d-887a096c7778',X'39653165333065342D333263342D356662652D386538642D3838376130393663373737387C656E7C476F6F64206D6F726E696E672066726F6D204C69766572706F6F6C2E20234C616232330A0A50726F6D6F74656420627920746865204C61626F75722043616D706169676E20666F722046726565204D6F76656D656E742E7C31313A30303A3030','sent','','','2023-10-10 11:00:00','2023-10-10 11:15:00',1,0,1,NULL,'2023-10-10 11:00:00','2023-10-10 11:00:00','100','https://x.com/us/status/100',2,0,NULL,'','live','','publish',NULL,3,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(5,'x',0,0,'The debate is at 14:50, in the main hall. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','f18d66f7-7f57-5975-ba8c-e2d342f63305',NULL,'missed','hand_off','It is published by hand.','2023-10-10 11:05:00','2023-10-10 11:20:00',0,0,3,NULL,NULL,NULL,NULL,'',3,0,NULL,'','','','publish',NULL,1,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(6,'bluesky',0,0,'The debate is at 14:50, in the main hall. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','3ka5cjb4vhhfv',X'336B6135636A623476686866767C656E7C546865206465626174652069732061742031343A35302C20696E20746865206D61696E2068616C6C2E20234C616232330A0A50726F6D6F74656420627920746865204C61626F75722043616D706169676E20666F722046726565204D6F76656D656E742E7C31313A30353A3030','sent','','','2023-10-10 11:05:00','2023-10-10 11:20:00',1,0,2,NULL,'2023-10-10 11:05:00','2023-10-10 11:05:00','101','https://x.com/us/status/101',3,0,NULL,'','withdrawn','','publish',NULL,2,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(7,'mastodon',0,0,'The debate is at 14:50, in the main hall. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','4ab4074c-d7c1-51ff-885b-7f7a3ca550d0',X'34616234303734632D643763312D353166662D383835622D3766376133636135353064307C656E7C546865206465626174652069732061742031343A35302C20696E20746865206D61696E2068616C6C2E20234C616232330A0A50726F6D6F74656420627920746865204C61626F75722043616D706169676E20666F722046726565204D6F76656D656E742E7C31313A30353A3030','sent','','','2023-10-10 11:05:00','2023-10-10 11:20:00',1,0,2,NULL,'2023-10-10 11:05:00','2023-10-10 11:05:00','101','https://x.com/us/status/101',3,0,NULL,'','edited','','publish',NULL,3,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(8,'x',0,0,'Who speaks for free movement? We do. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','709a8a5a-30ff-5f91-944d-d59f5223b13c',NULL,'held','hand_off','It is published by hand.','2023-10-10 11:12:00','2023-10-10 11:27:00',0,0,1,NULL,NULL,NULL,NULL,'',4,0,NULL,'','','','publish',NULL,1,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(9,'bluesky',0,0,'Who speaks for free movement? We do. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','3ka62afqsakv3',X'336B61363261667173616B76337C656E7C57686F20737065616B7320666F722066726565206D6F76656D656E743F20576520646F2E20234C616232330A0A50726F6D6F74656420627920746865204C61626F75722043616D706169676E20666F722046726565204D6F76656D656E742E7C31313A31323A3030','unsure','','It cannot be asked.','2023-10-10 11:25:00','2023-10-10 11:27:00',1,0,11,NULL,'2023-10-10 11:12:00',NULL,NULL,'',4,0,NULL,'','','','publish',NULL,2,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(10,'mastodon',0,0,'Who speaks for free movement? We do. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','cd5c892a-c5e0-5f0a-a52f-ca7986eaf2cc',X'63643563383932612D633565302D356630612D613532662D6361373938366561663263637C656E7C57686F20737065616B7320666F722066726565206D6F76656D656E743F20576520646F2E20234C616232330A0A50726F6D6F74656420627920746865204C61626F75722043616D706169676E20666F722046726565204D6F76656D656E742E7C31313A31323A3030','sent','','','2023-10-10 11:12:00','2023-10-10 11:27:00',1,0,1,NULL,'2023-10-10 11:12:00','2023-10-10 11:12:00','103','https://x.com/us/status/103',4,0,NULL,'','live','','publish',NULL,3,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(11,'mastodon',0,0,'A sentence that the server did not like. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','9d8c14c7-c972-5470-abe7-60796edf7d02',NULL,'held','rejected','Such words are not taken here.','2023-10-10 11:16:00','2023-10-10 11:30:00',1,0,2,NULL,'2023-10-10 11:15:00',NULL,NULL,'',5,0,NULL,'','','','publish',NULL,3,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(12,'mastodon',0,0,'Doors are open. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','f7268a21-4584-5287-b8eb-e6137cb5c216',X'746865206279746573','sending','','','2023-10-10 11:25:00','2023-10-10 11:40:00',1,0,1,'2023-10-10 11:26:00','2023-10-10 11:25:00',NULL,NULL,'',6,0,NULL,'','','','publish',NULL,3,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(13,'x',0,0,'In an hour: the debate, at 14:50. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','21abfb7c-8742-5743-83e4-030fd2c575c7',NULL,'queued','','','2023-10-10 12:50:00','2023-10-10 13:05:00',0,0,1,NULL,NULL,NULL,NULL,'',7,0,NULL,'','','','publish',NULL,1,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(14,'bluesky',0,0,'In an hour: the debate, at 14:50. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','3ka53c466p4ts',NULL,'queued','','','2023-10-10 12:50:00','2023-10-10 13:05:00',0,0,1,NULL,NULL,NULL,NULL,'',7,0,NULL,'','','','publish',NULL,2,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(15,'mastodon',0,0,'In an hour: the debate, at 14:50. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','cd1618d7-537b-5b99-8bba-954ee4733fe7',NULL,'queued','','','2023-10-10 12:50:00','2023-10-10 13:05:00',0,0,1,NULL,NULL,NULL,NULL,'',7,0,NULL,'','','','publish',NULL,3,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(16,'bluesky',0,0,'A sentence that somebody left out. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','3ka45hiexmsxz',NULL,'dropped','unplanned','','2023-10-10 13:10:00','2023-10-10 13:25:00',0,0,1,NULL,NULL,NULL,NULL,'',8,0,NULL,'','','','publish',NULL,2,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(17,'x',0,0,'The debate begins, and these words are the plan''s. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','60700a33-dc73-5186-9235-2c0925316f52',NULL,'queued','','','2023-10-10 13:50:00','2023-10-10 14:05:00',0,0,1,NULL,NULL,NULL,NULL,'',9,0,NULL,'','','','publish',NULL,1,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(18,'bluesky',0,0,'The debate begins, and these words are a person''s.

Promoted by the Labour Campaign for Free Movement.','en','3ka47rtmfwnif',NULL,'queued','','','2023-10-10 13:50:00','2023-10-10 14:05:00',0,0,1,NULL,NULL,NULL,NULL,'',9,0,NULL,'','','','publish',NULL,2,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(19,'mastodon',0,0,'The debate begins, and these words are a person''s.

Promoted by the Labour Campaign for Free Movement.','en','524d449f-cc63-5f29-804a-fca42000ebe3',NULL,'queued','','','2023-10-10 13:50:00','2023-10-10 14:05:00',0,0,1,NULL,NULL,NULL,NULL,'',9,0,NULL,'','','','publish',NULL,3,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(20,'x',0,0,'The vote is called. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','a98dd190-9026-58f1-bd0d-bd7ee24db61e',NULL,'queued','','','2023-10-10 16:15:00','2023-10-10 16:30:00',0,0,0,NULL,NULL,NULL,NULL,'',10,0,NULL,'','','','publish',NULL,1,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(21,'bluesky',0,0,'The vote is called. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','3ka4gdv2vfv7x',NULL,'queued','','','2023-10-10 16:15:00','2023-10-10 16:30:00',0,0,0,NULL,NULL,NULL,NULL,'',10,0,NULL,'','','','publish',NULL,2,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(22,'mastodon',0,0,'The vote is called. #Lab23

Promoted by the Labour Campaign for Free Movement.','en','9e5fd6a9-64bd-51e5-a932-42d96c353936',NULL,'queued','','','2023-10-10 16:15:00','2023-10-10 16:30:00',0,0,0,NULL,NULL,NULL,NULL,'',10,0,NULL,'','','','publish',NULL,3,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(23,'bluesky',0,1,'','en','c0ea2a4d-a7b6-5222-9b44-f1b906dce448',X'313031','sent','','','2023-10-10 11:05:00','2023-10-11 11:05:00',1,0,1,NULL,'2023-10-10 11:08:00','2023-10-10 11:08:00',NULL,'',3,0,NULL,'','','101','delete',NULL,2,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(24,'bluesky',0,1,'Correction: The debate is at 14:50, in the small hall.

Promoted by the Labour Campaign for Free Movement.','en','3ka5c52jhpzjj',X'336B61356335326A68707A6A6A7C656E7C436F7272656374696F6E3A20546865206465626174652069732061742031343A35302C20696E2074686520736D616C6C2068616C6C2E0A0A50726F6D6F74656420627920746865204C61626F75722043616D706169676E20666F722046726565204D6F76656D656E742E7C31313A30383A3030','sent','','','2023-10-10 11:05:00','2023-10-11 11:05:00',1,0,1,NULL,'2023-10-10 11:08:00','2023-10-10 11:08:00','102','https://x.com/us/status/102',3,0,NULL,'','live','','publish',23,2,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(25,'mastodon',0,1,'Correction: The debate is at 14:50, in the small hall.

Promoted by the Labour Campaign for Free Movement.','en','7081ccc1-055c-5a12-a78c-fa9161f4a1cb',X'313031','sent','','','2023-10-10 11:05:00','2023-10-11 11:05:00',1,0,1,NULL,'2023-10-10 11:08:00','2023-10-10 11:08:00',NULL,'',3,0,NULL,'','','101','edit',NULL,3,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(26,'mastodon',0,0,'Said by a person at once.

Promoted by the Labour Campaign for Free Movement.','en','ee916350-59aa-5b21-9aea-2f0d49367350',X'65653931363335302D353961612D356232312D396165612D3266306434393336373335307C656E7C53616964206279206120706572736F6E206174206F6E63652E0A0A50726F6D6F74656420627920746865204C61626F75722043616D706169676E20666F722046726565204D6F76656D656E742E7C31313A30383A3030','sent','','','2023-10-10 11:08:00','2023-10-10 11:23:00',1,0,1,NULL,'2023-10-10 11:08:00','2023-10-10 11:08:00','102','https://x.com/us/status/102',11,0,NULL,'','live','','publish',NULL,3,NULL,NULL,NULL,'','',NULL,'');
INSERT INTO "deliveries" VALUES(27,'mastodon',0,0,'Said by a person later.

Promoted by the Labour Campaign for Free Movement.','en','61603683-c3ff-5f4b-8c68-a9f471f45e71',NULL,'queued','','','2023-10-10 12:30:00','2023-10-10 12:45:00',0,0,0,NULL,NULL,NULL,NULL,'',12,0,NULL,'','','','publish',NULL,3,NULL,NULL,NULL,'','',NULL,'');
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
INSERT INTO "django_content_type" VALUES(1,'contenttypes','contenttype');
INSERT INTO "django_content_type" VALUES(2,'auth','permission');
INSERT INTO "django_content_type" VALUES(3,'auth','group');
INSERT INTO "django_content_type" VALUES(4,'store','person');
INSERT INTO "django_content_type" VALUES(5,'store','decisionrow');
INSERT INTO "django_content_type" VALUES(6,'store','heartbeatrow');
INSERT INTO "django_content_type" VALUES(7,'store','kitrow');
INSERT INTO "django_content_type" VALUES(8,'store','ledger');
INSERT INTO "django_content_type" VALUES(9,'store','planversion');
INSERT INTO "django_content_type" VALUES(10,'store','sourcerow');
INSERT INTO "django_content_type" VALUES(11,'store','eventrow');
INSERT INTO "django_content_type" VALUES(12,'store','mentionrow');
INSERT INTO "django_content_type" VALUES(13,'store','followuprow');
INSERT INTO "django_content_type" VALUES(14,'store','postrow');
INSERT INTO "django_content_type" VALUES(15,'store','sealedrow');
INSERT INTO "django_content_type" VALUES(16,'store','deliveryrow');
INSERT INTO "django_content_type" VALUES(17,'store','errandrow');
INSERT INTO "django_content_type" VALUES(18,'store','noticerow');
INSERT INTO "django_content_type" VALUES(19,'store','spendrow');
INSERT INTO "django_content_type" VALUES(20,'store','stoprow');
INSERT INTO "django_content_type" VALUES(21,'store','accountrow');
INSERT INTO "django_content_type" VALUES(22,'store','quarantinerow');
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
INSERT INTO "django_migrations" VALUES(1,'contenttypes','0001_initial','2026-11-30 07:48:58.069624');
INSERT INTO "django_migrations" VALUES(2,'contenttypes','0002_remove_content_type_name','2026-11-30 07:48:58.073482');
INSERT INTO "django_migrations" VALUES(3,'auth','0001_initial','2026-11-30 07:48:58.079789');
INSERT INTO "django_migrations" VALUES(4,'auth','0002_alter_permission_name_max_length','2026-11-30 07:48:58.083451');
INSERT INTO "django_migrations" VALUES(5,'auth','0003_alter_user_email_max_length','2026-11-30 07:48:58.086192');
INSERT INTO "django_migrations" VALUES(6,'auth','0004_alter_user_username_opts','2026-11-30 07:48:58.088637');
INSERT INTO "django_migrations" VALUES(7,'auth','0005_alter_user_last_login_null','2026-11-30 07:48:58.090989');
INSERT INTO "django_migrations" VALUES(8,'auth','0006_require_contenttypes_0002','2026-11-30 07:48:58.091553');
INSERT INTO "django_migrations" VALUES(9,'auth','0007_alter_validators_add_error_messages','2026-11-30 07:48:58.093915');
INSERT INTO "django_migrations" VALUES(10,'auth','0008_alter_user_username_max_length','2026-11-30 07:48:58.097680');
INSERT INTO "django_migrations" VALUES(11,'auth','0009_alter_user_last_name_max_length','2026-11-30 07:48:58.100165');
INSERT INTO "django_migrations" VALUES(12,'auth','0010_alter_group_name_max_length','2026-11-30 07:48:58.103190');
INSERT INTO "django_migrations" VALUES(13,'auth','0011_update_proxy_permissions','2026-11-30 07:48:58.105673');
INSERT INTO "django_migrations" VALUES(14,'auth','0012_alter_user_first_name_max_length','2026-11-30 07:48:58.108130');
INSERT INTO "django_migrations" VALUES(15,'store','0001_ledger','2026-11-30 07:48:58.124297');
INSERT INTO "django_migrations" VALUES(16,'store','0002_append_only','2026-11-30 07:48:58.131751');
INSERT INTO "django_migrations" VALUES(17,'store','0003_delivery_to_trust','2026-11-30 07:48:58.261641');
INSERT INTO "django_migrations" VALUES(18,'store','0004_changes_do_not_wait_for_a_gap','2026-11-30 07:48:58.264023');
INSERT INTO "django_migrations" VALUES(19,'store','0005_a_copy_is_found_at_once','2026-11-30 07:48:58.267657');
INSERT INTO "django_migrations" VALUES(20,'store','0006_accounts_by_number','2026-11-30 07:48:58.579269');
INSERT INTO "django_migrations" VALUES(21,'store','0007_what_a_person_has_to_see','2026-11-30 07:48:58.673343');
INSERT INTO "django_migrations" VALUES(22,'store','0008_how_a_server_counts','2026-11-30 07:48:58.690089');
INSERT INTO "django_migrations" VALUES(23,'store','0009_mentions_say_who_may_see_them','2026-11-30 07:48:58.809480');
INSERT INTO "django_migrations" VALUES(24,'store','0010_words_keep_what_they_state','2026-11-30 07:48:58.812148');
INSERT INTO "django_migrations" VALUES(25,'store','0011_events_set_aside','2026-11-30 07:48:58.842506');
INSERT INTO "django_migrations" VALUES(26,'store','0012_sources_by_account','2026-11-30 07:48:58.853942');
INSERT INTO "django_migrations" VALUES(27,'store','0013_whose_keys','2026-11-30 07:48:58.870166');
INSERT INTO "django_migrations" VALUES(28,'store','0014_the_post_that_an_answer_named','2026-11-30 07:48:58.896457');
INSERT INTO "django_migrations" VALUES(29,'store','0015_stops_whatever_ails_the_database','2026-11-30 07:48:58.904686');
INSERT INTO "django_migrations" VALUES(30,'store','0016_what_may_be_out_since_a_backup','2026-11-30 07:48:58.932516');
CREATE TABLE "errands" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "kind" varchar(20) NOT NULL, "digest" varchar(64) NOT NULL UNIQUE, "person" varchar(100) NOT NULL, "made_at" datetime NOT NULL, "taken_at" datetime NULL, "done_at" datetime NULL, "revoked_at" datetime NULL, "delivery_id" bigint NULL REFERENCES "deliveries" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "errands" VALUES(1,'hand_off','0f007385b6f9d4b7eeb2748605afe1a984a0a3bfa3f014d09e2a784ce9e5cd1a','anna','2023-10-10 11:00:00','2023-10-10 11:00:00','2023-10-10 11:00:00',NULL,2);
INSERT INTO "errands" VALUES(2,'hand_off','412dc46cc9e3cb26f29f7c1415c556349af62904c5d15b0a2d8cfdc5cfa22b34','ben','2023-10-10 11:05:00',NULL,NULL,NULL,5);
INSERT INTO "errands" VALUES(3,'hand_off','942014af03195c97fc8a6121a03e1660b89027a538325a101eba426dacd7e587','cleo','2023-10-10 11:12:00',NULL,NULL,NULL,8);
INSERT INTO "errands" VALUES(4,'stop','b0679324228c35931acdfa8a487f94873c05094138a477994a5bdba6d6c24a56','paper','2023-10-10 11:25:00',NULL,NULL,NULL,NULL);
CREATE TABLE "events" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "at" datetime NOT NULL, "actor" varchar(100) NOT NULL, "subject" varchar(100) NOT NULL, "kind" varchar(40) NOT NULL, "before" varchar(20) NOT NULL, "after" varchar(20) NOT NULL, "fence" integer unsigned NOT NULL CHECK ("fence" >= 0), "detail" text NOT NULL);
INSERT INTO "events" VALUES(1,'2023-09-24 06:00:00','service','service','stopped','','all',0,'all: This database is new.');
INSERT INTO "events" VALUES(2,'2023-10-10 09:00:00','service','decisions','facts found out','','',0,'{}');
INSERT INTO "events" VALUES(3,'2023-10-10 09:00:00','service','delivery:1','planned','','queued',0,'');
INSERT INTO "events" VALUES(4,'2023-10-10 09:00:00','service','delivery:2','planned','','queued',0,'');
INSERT INTO "events" VALUES(5,'2023-10-10 09:00:00','service','delivery:3','planned','','queued',0,'');
INSERT INTO "events" VALUES(6,'2023-10-10 09:00:00','service','delivery:4','planned','','queued',0,'');
INSERT INTO "events" VALUES(7,'2023-10-10 09:00:00','service','delivery:5','planned','','queued',0,'');
INSERT INTO "events" VALUES(8,'2023-10-10 09:00:00','service','delivery:6','planned','','queued',0,'');
INSERT INTO "events" VALUES(9,'2023-10-10 09:00:00','service','delivery:7','planned','','queued',0,'');
INSERT INTO "events" VALUES(10,'2023-10-10 09:00:00','service','delivery:8','planned','','queued',0,'');
INSERT INTO "events" VALUES(11,'2023-10-10 09:00:00','service','delivery:9','planned','','queued',0,'');
INSERT INTO "events" VALUES(12,'2023-10-10 09:00:00','service','delivery:10','planned','','queued',0,'');
INSERT INTO "events" VALUES(13,'2023-10-10 09:00:00','service','delivery:11','planned','','queued',0,'');
INSERT INTO "events" VALUES(14,'2023-10-10 09:00:00','service','delivery:12','planned','','queued',0,'');
INSERT INTO "events" VALUES(15,'2023-10-10 09:00:00','service','delivery:13','planned','','queued',0,'');
INSERT INTO "events" VALUES(16,'2023-10-10 09:00:00','service','delivery:14','planned','','queued',0,'');
INSERT INTO "events" VALUES(17,'2023-10-10 09:00:00','service','delivery:15','planned','','queued',0,'');
INSERT INTO "events" VALUES(18,'2023-10-10 09:00:00','service','delivery:16','planned','','queued',0,'');
INSERT INTO "events" VALUES(19,'2023-10-10 09:00:00','service','delivery:17','planned','','queued',0,'');
INSERT INTO "events" VALUES(20,'2023-10-10 09:00:00','service','delivery:18','planned','','queued',0,'');
INSERT INTO "events" VALUES(21,'2023-10-10 09:00:00','service','delivery:19','planned','','queued',0,'');
INSERT INTO "events" VALUES(22,'2023-10-10 09:00:00','service','delivery:20','planned','','queued',0,'');
INSERT INTO "events" VALUES(23,'2023-10-10 09:00:00','service','delivery:21','planned','','queued',0,'');
INSERT INTO "events" VALUES(24,'2023-10-10 09:00:00','service','delivery:22','planned','','queued',0,'');
INSERT INTO "events" VALUES(25,'2023-10-10 09:00:00','service','facts:lab23','facts known','','',0,'{"known": {"milestone.debate": "2023-10-10T14:40:00+01:00", "milestone.vote": "2023-10-10T17:15:00+01:00", "link.volunteer": "https://freemovement.example/volunteer", "voice.tag": "#Lab23", "imprint": "Promoted by the Labour Campaign for Free Movement."}}');
INSERT INTO "events" VALUES(26,'2023-10-10 09:00:00','cli:ola','service','resumed','all','',0,'all');
INSERT INTO "events" VALUES(27,'2023-10-10 10:20:00','service','delivery:5','words changed','queued','queued',0,'');
INSERT INTO "events" VALUES(28,'2023-10-10 10:20:00','service','delivery:6','words changed','queued','queued',0,'');
INSERT INTO "events" VALUES(29,'2023-10-10 10:20:00','service','delivery:7','words changed','queued','queued',0,'');
INSERT INTO "events" VALUES(30,'2023-10-10 10:20:00','service','delivery:13','moved','queued','queued',0,'');
INSERT INTO "events" VALUES(31,'2023-10-10 10:20:00','service','delivery:14','moved','queued','queued',0,'');
INSERT INTO "events" VALUES(32,'2023-10-10 10:20:00','service','delivery:15','moved','queued','queued',0,'');
INSERT INTO "events" VALUES(33,'2023-10-10 10:20:00','service','delivery:17','moved','queued','queued',0,'');
INSERT INTO "events" VALUES(34,'2023-10-10 10:20:00','service','delivery:18','moved','queued','queued',0,'');
INSERT INTO "events" VALUES(35,'2023-10-10 10:20:00','service','delivery:19','moved','queued','queued',0,'');
INSERT INTO "events" VALUES(36,'2023-10-10 10:20:00','service','delivery:16','no longer planned','queued','dropped',0,'unplanned');
INSERT INTO "events" VALUES(37,'2023-10-10 10:20:00','service','facts:lab23','facts changed','','',0,'{"changes": [{"fact": "milestone.debate", "then": "2023-10-10T14:40:00+01:00", "now": "2023-10-10T14:50:00+01:00"}], "counts": {"coming": 3, "sent": 0, "kit": 2, "held": 0}, "coming": ["corrected/once", "soon/once", "reworded/once"], "sent": [], "held": [], "kit": ["lab23/words/corrected", "lab23/words/soon"], "known": {"milestone.debate": "2023-10-10T14:50:00+01:00", "milestone.vote": "2023-10-10T17:15:00+01:00", "link.volunteer": "https://freemovement.example/volunteer", "voice.tag": "#Lab23", "imprint": "Promoted by the Labour Campaign for Free Movement."}}');
INSERT INTO "events" VALUES(38,'2023-10-10 10:20:00','service','delivery:1','missed','queued','missed',0,'');
INSERT INTO "events" VALUES(39,'2023-10-10 11:00:00','service','delivery:2','held: hand_off','queued','held',0,'It is published by hand.');
INSERT INTO "events" VALUES(40,'2023-10-10 11:00:00','service','delivery:3','sending','queued','sending',1,'');
INSERT INTO "events" VALUES(41,'2023-10-10 11:00:00','service','delivery:4','sending','queued','sending',1,'');
INSERT INTO "events" VALUES(42,'2023-10-10 11:00:00','service','delivery:3','sent','sending','sent',1,'');
INSERT INTO "events" VALUES(43,'2023-10-10 11:00:00','service','delivery:4','sent','sending','sent',1,'');
INSERT INTO "events" VALUES(44,'2023-10-10 11:00:00','service','delivery:2','errand: hand_off','','',0,'anna');
INSERT INTO "events" VALUES(45,'2023-10-10 11:00:00','link:anna','delivery:2','taken','','',0,'');
INSERT INTO "events" VALUES(46,'2023-10-10 11:00:00','link:anna','delivery:2','found by hand','held','sent',0,'https://x.com/labfreemvmt/status/1712345678901234567');
INSERT INTO "events" VALUES(47,'2023-10-10 11:05:00','service','delivery:5','held: hand_off','queued','held',0,'It is published by hand.');
INSERT INTO "events" VALUES(48,'2023-10-10 11:05:00','service','delivery:6','sending','queued','sending',2,'');
INSERT INTO "events" VALUES(49,'2023-10-10 11:05:00','service','delivery:7','sending','queued','sending',2,'');
INSERT INTO "events" VALUES(50,'2023-10-10 11:05:00','service','delivery:6','sent','sending','sent',2,'');
INSERT INTO "events" VALUES(51,'2023-10-10 11:05:00','service','delivery:7','sent','sending','sent',2,'');
INSERT INTO "events" VALUES(52,'2023-10-10 11:05:00','service','delivery:5','errand: hand_off','','',0,'ben');
INSERT INTO "events" VALUES(53,'2023-10-10 11:05:00','cli:ola','delivery:23','to be deleted','','queued',0,'another hall');
INSERT INTO "events" VALUES(54,'2023-10-10 11:05:00','cli:ola','delivery:24','to be corrected','','queued',0,'another hall');
INSERT INTO "events" VALUES(55,'2023-10-10 11:05:00','cli:ola','delivery:6','to be corrected','','',0,'another hall
was: The debate is at 14:50, in the main hall. #Lab23

Promoted by the Labour Campaign for Free Movement.
now: Correction: The debate is at 14:50, in the small hall.

Promoted by the Labour Campaign for Free Movement.');
INSERT INTO "events" VALUES(56,'2023-10-10 11:05:00','cli:ola','delivery:25','to be corrected','','queued',0,'another hall');
INSERT INTO "events" VALUES(57,'2023-10-10 11:05:00','cli:ola','delivery:7','to be corrected','','',0,'another hall
was: The debate is at 14:50, in the main hall. #Lab23

Promoted by the Labour Campaign for Free Movement.
now: Correction: The debate is at 14:50, in the small hall.

Promoted by the Labour Campaign for Free Movement.');
INSERT INTO "events" VALUES(58,'2023-10-10 11:08:00','service','delivery:23','sending','queued','sending',1,'');
INSERT INTO "events" VALUES(59,'2023-10-10 11:08:00','service','delivery:25','sending','queued','sending',1,'');
INSERT INTO "events" VALUES(60,'2023-10-10 11:08:00','service','delivery:23','sent','sending','sent',1,'');
INSERT INTO "events" VALUES(61,'2023-10-10 11:08:00','service','delivery:25','sent','sending','sent',1,'');
INSERT INTO "events" VALUES(62,'2023-10-10 11:08:00','service','delivery:24','sending','queued','sending',1,'');
INSERT INTO "events" VALUES(63,'2023-10-10 11:08:00','service','delivery:24','sent','sending','sent',1,'');
INSERT INTO "events" VALUES(64,'2023-10-10 11:08:00','cli:ola','delivery:26','planned','','queued',0,'');
INSERT INTO "events" VALUES(65,'2023-10-10 11:08:00','cli:ola','delivery:27','planned','','queued',0,'');
INSERT INTO "events" VALUES(66,'2023-10-10 11:08:00','service','delivery:26','sending','queued','sending',1,'');
INSERT INTO "events" VALUES(67,'2023-10-10 11:08:00','service','delivery:26','sent','sending','sent',1,'');
INSERT INTO "events" VALUES(68,'2023-10-10 11:12:00','service','delivery:8','held: hand_off','queued','held',0,'It is published by hand.');
INSERT INTO "events" VALUES(69,'2023-10-10 11:12:00','service','delivery:9','sending','queued','sending',1,'');
INSERT INTO "events" VALUES(70,'2023-10-10 11:12:00','service','delivery:10','sending','queued','sending',1,'');
INSERT INTO "events" VALUES(71,'2023-10-10 11:12:00','service','delivery:9','no clear answer','sending','unsure',1,'The answer was lost.');
INSERT INTO "events" VALUES(72,'2023-10-10 11:12:00','service','delivery:10','sent','sending','sent',1,'');
INSERT INTO "events" VALUES(73,'2023-10-10 11:12:00','service','delivery:8','errand: hand_off','','',0,'cleo');
INSERT INTO "events" VALUES(74,'2023-10-10 11:15:00','service','delivery:9','cannot look yet','unsure','unsure',2,'It cannot be asked.');
INSERT INTO "events" VALUES(75,'2023-10-10 11:15:00','service','delivery:11','sending','queued','sending',1,'');
INSERT INTO "events" VALUES(76,'2023-10-10 11:15:00','service','delivery:11','refused','sending','unsure',1,'Such words are not taken here.');
INSERT INTO "events" VALUES(77,'2023-10-10 11:16:00','service','delivery:11','rejected','unsure','held',2,'Such words are not taken here.');
INSERT INTO "events" VALUES(78,'2023-10-10 11:16:00','service','delivery:9','cannot look yet','unsure','unsure',3,'It cannot be asked.');
INSERT INTO "events" VALUES(79,'2023-10-10 11:17:00','service','delivery:9','cannot look yet','unsure','unsure',4,'It cannot be asked.');
INSERT INTO "events" VALUES(80,'2023-10-10 11:18:00','service','delivery:9','cannot look yet','unsure','unsure',5,'It cannot be asked.');
INSERT INTO "events" VALUES(81,'2023-10-10 11:19:00','service','delivery:9','cannot look yet','unsure','unsure',6,'It cannot be asked.');
INSERT INTO "events" VALUES(82,'2023-10-10 11:20:00','service','delivery:5','missed','held','missed',0,'');
INSERT INTO "events" VALUES(83,'2023-10-10 11:20:00','service','delivery:9','cannot look yet','unsure','unsure',7,'It cannot be asked.');
INSERT INTO "events" VALUES(84,'2023-10-10 11:21:00','service','delivery:9','cannot look yet','unsure','unsure',8,'It cannot be asked.');
INSERT INTO "events" VALUES(85,'2023-10-10 11:22:00','service','delivery:9','cannot look yet','unsure','unsure',9,'It cannot be asked.');
INSERT INTO "events" VALUES(86,'2023-10-10 11:23:00','service','delivery:9','cannot look yet','unsure','unsure',10,'It cannot be asked.');
INSERT INTO "events" VALUES(87,'2023-10-10 11:24:00','service','delivery:9','cannot look yet','unsure','unsure',11,'It cannot be asked.');
INSERT INTO "events" VALUES(88,'2023-10-10 11:25:00','service','delivery:12','sending','queued','sending',1,'');
INSERT INTO "events" VALUES(89,'2023-10-10 11:25:00','cli:ola','service','errand: stop','','',0,'paper');
INSERT INTO "events" VALUES(90,'2023-10-10 11:25:00','cli:ola','service','stopped','','tag:strike',0,'tag:strike: A wrong name');
INSERT INTO "events" VALUES(91,'2023-10-10 11:25:00','cli:ola','service','stopped','','account:bluesky',0,'account:bluesky: A wrong picture');
INSERT INTO "events" VALUES(92,'2023-10-10 11:25:00','cli:ola','service','stopped','','account:mastodon',0,'account:mastodon: Only a drill');
INSERT INTO "events" VALUES(93,'2023-10-10 11:25:00','cli:ola','service','resumed','account:mastodon','',0,'account:mastodon');
CREATE TABLE "followups" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "at" datetime NOT NULL, "actor" varchar(100) NOT NULL, "status" varchar(10) NOT NULL, "note" varchar(200) NOT NULL, "mention_id" bigint NOT NULL REFERENCES "mentions" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "followups" VALUES(1,'2023-10-10 11:12:00','cli:ola','waiting','asked back',1779366698680826100);
CREATE TABLE "heartbeats" ("name" varchar(100) NOT NULL PRIMARY KEY, "at" datetime NOT NULL, "detail" text NOT NULL);
INSERT INTO "heartbeats" VALUES('plan','2023-10-10 09:00:00','[]');
INSERT INTO "heartbeats" VALUES('decisions','2023-10-10 10:20:00','3');
INSERT INTO "heartbeats" VALUES('let go late: seen','2023-10-10 10:20:00','0');
INSERT INTO "heartbeats" VALUES('untrue','2023-10-10 11:12:00','{"listed": [], "beyond": 0}');
INSERT INTO "heartbeats" VALUES('unsaid','2023-10-10 10:20:00','[]');
CREATE TABLE "kits" ("campaign" varchar(100) NOT NULL PRIMARY KEY, "digest" varchar(64) NOT NULL, "html" BLOB NOT NULL, "made_at" datetime NOT NULL);
INSERT INTO "kits" VALUES('lab23','0000000000000000000000000000000000000000000000000000000000000000',X'3C703E41206B69743C2F703E','2023-10-10 11:25:00');
CREATE TABLE "ledger" ("id" smallint unsigned NOT NULL PRIMARY KEY CHECK ("id" >= 0), "mode" varchar(20) NOT NULL, "campaign" varchar(100) NOT NULL, "opened_at" datetime NOT NULL, "stage" text NOT NULL);
INSERT INTO "ledger" VALUES(1,'live','lab23','2023-09-24 06:00:00','');
CREATE TABLE "mentions" ("id" bigint NOT NULL PRIMARY KEY, "network" varchar(20) NOT NULL, "canonical_id" varchar(300) NOT NULL, "kind" varchar(10) NOT NULL, "author_id" varchar(300) NOT NULL, "author_handle" varchar(300) NOT NULL, "author_name" varchar(300) NOT NULL, "text" text NOT NULL, "url" text NOT NULL, "posted_at" datetime NOT NULL, "seen_at" datetime NOT NULL, "about" bigint NULL, "status" varchar(10) NOT NULL, "account_id" bigint NOT NULL REFERENCES "accounts" ("id") DEFERRABLE INITIALLY DEFERRED, "visibility" varchar(10) NOT NULL, "fingerprint" varchar(16) NOT NULL, "edited_at" datetime NULL, "edited_since" bool NOT NULL, CONSTRAINT "one_mention_a_post" UNIQUE ("network", "canonical_id"));
INSERT INTO "mentions" VALUES(1779366698680826100,'x','x-0','reply','0','bell.example','Bell.Example','Good luck to all of you','https://x.example/0','2023-10-10 11:12:00','2023-10-10 11:12:00',NULL,'waiting',1,'public','',NULL,0);
INSERT INTO "mentions" VALUES(1779366698680552361,'bluesky','bluesky-1','reply','1','anna.example','Anna.Example','Good luck to all of you','https://bluesky.example/1','2023-10-10 11:12:00','2023-10-10 11:12:00',NULL,'new',2,'public','',NULL,0);
INSERT INTO "mentions" VALUES(1779366698680782137,'mastodon','mastodon-2','reply','2','ben@elsewhere.example','Ben@Elsewhere.Example','Good luck to all of you','https://mastodon.example/2','2023-10-10 11:12:00','2023-10-10 11:12:00',NULL,'new',3,'private','',NULL,0);
CREATE TABLE "notices" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "key" varchar(200) NOT NULL, "recipient" varchar(100) NOT NULL, "topic" varchar(20) NOT NULL, "sentence" text NOT NULL, "link" text NOT NULL, "made_at" datetime NOT NULL, "told_at" datetime NULL, "tries" integer unsigned NOT NULL CHECK ("tries" >= 0), "problem" text NOT NULL, CONSTRAINT "one_notice_a_recipient" UNIQUE ("key", "recipient"));
INSERT INTO "notices" VALUES(1,'early:0','anna','hand_off','Please post.','sealed:x','2023-10-10 11:00:00',NULL,0,'');
INSERT INTO "notices" VALUES(2,'corrected:0','ben','hand_off','Please post.','sealed:x','2023-10-10 11:05:00',NULL,0,'');
INSERT INTO "notices" VALUES(3,'doubtful:0','cleo','hand_off','Please post.','sealed:x','2023-10-10 11:12:00',NULL,0,'');
CREATE TABLE "people" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "password" varchar(128) NOT NULL, "last_login" datetime NULL, "name" varchar(100) NOT NULL UNIQUE);
CREATE TABLE "plan_versions" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "digest" varchar(64) NOT NULL, "sources" text NOT NULL CHECK ((JSON_VALID("sources") OR "sources" IS NULL)), "stored_at" datetime NOT NULL);
INSERT INTO "plan_versions" VALUES(1,'deb62e7e5b8b6cffea717d219f34c6307177172021d5e69bca0087b1acd40ecb','{"schedules/lab23.yaml": "campaign: lab23\nmilestones:\n  debate: 2023-10-10 14:40\n  vote: 2023-10-10 17:15\nslots:\n  - {name: early, template: lab23/words, wording: early, at: 2023-10-10 12:00}\n  - {name: corrected, template: lab23/words, wording: corrected, at: 2023-10-10 12:05}\n  - {name: doubtful, template: lab23/words, wording: doubtful, at: 2023-10-10 12:12}\n  - {name: under-way, template: lab23/words, wording: under-way, at: 2023-10-10 12:25, accounts: [mastodon]}\n  - {name: rejected, template: lab23/words, wording: rejected, at: 2023-10-10 12:15, accounts: [mastodon]}\n  - {name: missed, template: lab23/words, wording: missed, at: 2023-10-10 11:00, accounts: [bluesky]}\n  - {name: skipped, template: lab23/words, wording: skipped, at: debate - 30m, accounts: [bluesky]}\n  - {name: soon, template: lab23/words, wording: soon, at: debate - 1h}\n  - {name: reworded, template: lab23/words, wording: reworded, at: debate}\n  - {name: last, template: lab23/words, wording: last, at: vote}\n", "templates/lab23/words.j2": "---\nask: vote\n---\n== early\nGood morning from Liverpool.\n== corrected\nThe debate is at {{ milestones.debate | clock }}, in the main hall.\n== doubtful\nWho speaks for free movement? We do.\n== under-way\nDoors are open.\n== rejected\nA sentence that the server did not like.\n== missed\nA sentence that came too late.\n== skipped\nA sentence that somebody left out.\n== soon\nIn an hour: the debate, at {{ milestones.debate | clock }}.\n== reworded\nThe debate begins, and these words are the plan''s.\n== last\nThe vote is called.\n"}','2023-10-10 09:00:00');
CREATE TABLE "posts" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "campaign" varchar(100) NOT NULL, "slot" varchar(150) NOT NULL, "occurrence" varchar(60) NOT NULL, "due_at" datetime NOT NULL, "wall_time" varchar(25) NOT NULL, "zone" varchar(60) NOT NULL, "fold" smallint unsigned NOT NULL CHECK ("fold" >= 0), "too_late_s" integer unsigned NOT NULL CHECK ("too_late_s" >= 0), "template" varchar(150) NOT NULL, "wording" varchar(100) NOT NULL, "milestone" varchar(100) NOT NULL, "facts" text NOT NULL CHECK ((JSON_VALID("facts") OR "facts" IS NULL)), "plan_version" bigint NULL, "hand_off" bool NOT NULL, CONSTRAINT "one_post_an_occurrence" UNIQUE ("campaign", "slot", "occurrence"));
INSERT INTO "posts" VALUES(1,'lab23','missed','once','2023-10-10 10:00:00','2023-10-10T11:00','Europe/London',0,900,'lab23/words','missed','','[["voice.tag", "#Lab23"], ["imprint", "Promoted by the Labour Campaign for Free Movement."]]',1,0);
INSERT INTO "posts" VALUES(2,'lab23','early','once','2023-10-10 11:00:00','2023-10-10T12:00','Europe/London',0,900,'lab23/words','early','','[["voice.tag", "#Lab23"], ["imprint", "Promoted by the Labour Campaign for Free Movement."]]',1,0);
INSERT INTO "posts" VALUES(3,'lab23','corrected','once','2023-10-10 11:05:00','2023-10-10T12:05','Europe/London',0,900,'lab23/words','corrected','','[["milestone.debate", "2023-10-10T14:50:00+01:00"], ["voice.tag", "#Lab23"], ["imprint", "Promoted by the Labour Campaign for Free Movement."], ["", "", 2, 1], ["", "", 3, 1]]',1,0);
INSERT INTO "posts" VALUES(4,'lab23','doubtful','once','2023-10-10 11:12:00','2023-10-10T12:12','Europe/London',0,900,'lab23/words','doubtful','','[["voice.tag", "#Lab23"], ["imprint", "Promoted by the Labour Campaign for Free Movement."]]',1,0);
INSERT INTO "posts" VALUES(5,'lab23','rejected','once','2023-10-10 11:15:00','2023-10-10T12:15','Europe/London',0,900,'lab23/words','rejected','','[["voice.tag", "#Lab23"], ["imprint", "Promoted by the Labour Campaign for Free Movement."]]',1,0);
INSERT INTO "posts" VALUES(6,'lab23','under-way','once','2023-10-10 11:25:00','2023-10-10T12:25','Europe/London',0,900,'lab23/words','under-way','','[["voice.tag", "#Lab23"], ["imprint", "Promoted by the Labour Campaign for Free Movement."]]',1,0);
INSERT INTO "posts" VALUES(7,'lab23','soon','once','2023-10-10 12:50:00','2023-10-10T13:50','Europe/London',0,900,'lab23/words','soon','debate','[["milestone.debate", "2023-10-10T14:50:00+01:00"], ["voice.tag", "#Lab23"], ["imprint", "Promoted by the Labour Campaign for Free Movement."]]',1,0);
INSERT INTO "posts" VALUES(8,'lab23','skipped','once','2023-10-10 13:10:00','2023-10-10T14:10','Europe/London',0,900,'lab23/words','skipped','debate','[["voice.tag", "#Lab23"], ["imprint", "Promoted by the Labour Campaign for Free Movement."]]',1,0);
INSERT INTO "posts" VALUES(9,'lab23','reworded','once','2023-10-10 13:50:00','2023-10-10T14:50','Europe/London',0,900,'lab23/words','reworded','debate','[["voice.tag", "#Lab23"], ["imprint", "Promoted by the Labour Campaign for Free Movement."], ["imprint", "Promoted by the Labour Campaign for Free Movement.", 2, 0], ["imprint", "Promoted by the Labour Campaign for Free Movement.", 3, 0]]',1,0);
INSERT INTO "posts" VALUES(10,'lab23','last','once','2023-10-10 16:15:00','2023-10-10T17:15','Europe/London',0,900,'lab23/words','last','vote','[["voice.tag", "#Lab23"], ["imprint", "Promoted by the Labour Campaign for Free Movement."]]',1,0);
INSERT INTO "posts" VALUES(11,'lab23','own','20231010T110800000000-8d423673','2023-10-10 11:08:00','2023-10-10T12:08','Europe/London',0,900,'','','','[]',NULL,0);
INSERT INTO "posts" VALUES(12,'lab23','own','20231010T110800000000-1ab3b211','2023-10-10 12:30:00','2023-10-10T13:30','Europe/London',0,900,'','','','[]',NULL,0);
CREATE TABLE "quarantine" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "source" varchar(200) NOT NULL, "place" varchar(100) NOT NULL, "digest" varchar(64) NOT NULL, "raw" BLOB NOT NULL, "reason" text NOT NULL, "reader" varchar(64) NOT NULL, "at" datetime NOT NULL, CONSTRAINT "one_event_set_aside" UNIQUE ("source", "digest"));
INSERT INTO "quarantine" VALUES(1,'#3:mentions','odd-1','492a65fb6b6dae4e0097249bccce42a899e006d1588d65b8af50e2ffff8b4fd9',X'7B226163636F756E74223A206E756C6C7D','It names nobody.','an older one','2023-10-10 11:12:00');
CREATE TABLE "sealed" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "address" varchar(300) NOT NULL, "value" BLOB NOT NULL, "saved_at" datetime NOT NULL, "account_id" bigint NOT NULL REFERENCES "accounts" ("id") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT "one_seal_an_account" UNIQUE ("account_id", "address"));
INSERT INTO "sealed" VALUES(1,'https://bsky.social',X'7365616C6564','2023-10-10 11:25:00',2);
CREATE TABLE "sources" ("name" varchar(200) NOT NULL PRIMARY KEY, "cursor" text NOT NULL, "good_at" datetime NULL, "problem" text NOT NULL);
INSERT INTO "sources" VALUES('#1:mentions','cursor-0','2023-10-10 11:12:00','It did not answer.');
INSERT INTO "sources" VALUES('#2:mentions','cursor-1','2023-10-10 11:12:00','');
INSERT INTO "sources" VALUES('#3:mentions','cursor-2','2023-10-10 11:12:00','');
CREATE TABLE "spends" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "month" varchar(7) NOT NULL, "kind" varchar(20) NOT NULL, "delivery" bigint NULL, "micros" bigint NOT NULL, "at" datetime NOT NULL, "account_id" bigint NOT NULL REFERENCES "accounts" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO "spends" VALUES(1,'2023-10','publish',NULL,15000,'2023-10-10 11:25:00',1);
CREATE TABLE "stops" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "scope" varchar(200) NOT NULL, "reason" text NOT NULL, "actor" varchar(100) NOT NULL, "at" datetime NOT NULL, "lifted_at" datetime NULL, "lifted_by" varchar(100) NOT NULL, "by_person" bool DEFAULT 0 NOT NULL);
INSERT INTO "stops" VALUES(1,'all','This database is new.','service','2023-09-24 06:00:00','2023-10-10 09:00:00','cli:ola',0);
INSERT INTO "stops" VALUES(2,'tag:strike','A wrong name','cli:ola','2023-10-10 11:25:00',NULL,'',0);
INSERT INTO "stops" VALUES(3,'account:#2','A wrong picture','cli:ola','2023-10-10 11:25:00',NULL,'',0);
INSERT INTO "stops" VALUES(4,'account:#3','Only a drill','cli:ola','2023-10-10 11:25:00','2023-10-10 11:25:00','cli:ola',0);
CREATE UNIQUE INDEX "django_content_type_app_label_model_76bd3d3b_uniq" ON "django_content_type" ("app_label", "model");
CREATE UNIQUE INDEX "auth_group_permissions_group_id_permission_id_0cd325b0_uniq" ON "auth_group_permissions" ("group_id", "permission_id");
CREATE INDEX "auth_group_permissions_group_id_b120cbf9" ON "auth_group_permissions" ("group_id");
CREATE INDEX "auth_group_permissions_permission_id_84c5c92e" ON "auth_group_permissions" ("permission_id");
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename_01ab375a_uniq" ON "auth_permission" ("content_type_id", "codename");
CREATE INDEX "auth_permission_content_type_id_2f476e4b" ON "auth_permission" ("content_type_id");
CREATE INDEX "events_of_a_subject" ON "events" ("subject", "id");
CREATE INDEX "followups_mention_id_eada1cb3" ON "followups" ("mention_id");
CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END;
CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END;
CREATE TRIGGER decisions_no_delete BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END;
CREATE TRIGGER followups_no_update BEFORE UPDATE ON followups BEGIN SELECT RAISE(ABORT, 'this table is append-only'); END;
CREATE INDEX "errands_delivery_id_b11949c9" ON "errands" ("delivery_id");
CREATE INDEX "notices_to_tell" ON "notices" ("made_at") WHERE "told_at" IS NULL;
CREATE INDEX "spends_of_a_month" ON "spends" ("month", "kind");
CREATE INDEX "quarantine_by_age" ON "quarantine" ("at");
CREATE INDEX "mentions_by_status" ON "mentions" ("status", "id" DESC);
CREATE INDEX "mentions_by_visibility" ON "mentions" ("status", "visibility");
CREATE INDEX "mentions_edited_since" ON "mentions" ("id" DESC) WHERE "edited_since";
CREATE UNIQUE INDEX "one_account_an_identity" ON "accounts" ("network", "server", "handle") WHERE ("is_listed" AND NOT ("handle" = ''));
CREATE INDEX "errands_stop_links" ON "errands" ("id") WHERE ("kind" = 'stop' AND "revoked_at" IS NULL);
CREATE INDEX "deliveries_post_id_18eb8d82" ON "deliveries" ("post_id");
CREATE INDEX "deliveries_by_state" ON "deliveries" ("state", "run_at");
CREATE INDEX "deliveries_due" ON "deliveries" ("run_at") WHERE "state" = 'queued';
CREATE INDEX "deliveries_too_late" ON "deliveries" ("too_late_at") WHERE "state" = 'queued';
CREATE INDEX "deliveries_unsure" ON "deliveries" ("run_at") WHERE "state" = 'unsure';
CREATE INDEX "deliveries_held" ON "deliveries" ("too_late_at") WHERE "state" = 'held';
CREATE INDEX "deliveries_leased" ON "deliveries" ("lease_until") WHERE "lease_until" IS NOT NULL;
CREATE INDEX "deliveries_next" ON "deliveries" ("account_id", "run_at", "id") WHERE "state" = 'queued';
CREATE INDEX "deliveries_sent" ON "deliveries" ("account_id", "sent_at") WHERE "sent_at" IS NOT NULL;
CREATE INDEX "deliveries_words" ON "deliveries" ("account_id", (SUBSTR("text", 1, 120)));
CREATE INDEX "deliveries_twice" ON "deliveries" ("twice_at") WHERE "twice" IS NOT NULL;
CREATE INDEX "deliveries_unnoted" ON "deliveries" ("id") WHERE ("noted_at" IS NULL AND "state" = 'missed');
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('django_migrations',30);
INSERT INTO "sqlite_sequence" VALUES('django_content_type',22);
INSERT INTO "sqlite_sequence" VALUES('auth_permission',88);
INSERT INTO "sqlite_sequence" VALUES('auth_group',0);
INSERT INTO "sqlite_sequence" VALUES('posts',12);
INSERT INTO "sqlite_sequence" VALUES('notices',3);
INSERT INTO "sqlite_sequence" VALUES('spends',1);
INSERT INTO "sqlite_sequence" VALUES('sealed',1);
INSERT INTO "sqlite_sequence" VALUES('quarantine',1);
INSERT INTO "sqlite_sequence" VALUES('accounts',3);
INSERT INTO "sqlite_sequence" VALUES('stops',4);
INSERT INTO "sqlite_sequence" VALUES('deliveries',27);
INSERT INTO "sqlite_sequence" VALUES('events',93);
INSERT INTO "sqlite_sequence" VALUES('plan_versions',1);
INSERT INTO "sqlite_sequence" VALUES('decisions',3);
INSERT INTO "sqlite_sequence" VALUES('errands',4);
INSERT INTO "sqlite_sequence" VALUES('followups',1);
COMMIT;
