"""Delivery to stake a conference on: stops by scope, money, notices, secret addresses, verbs; an index a question."""

import django.db.models.deletion
from django.db import migrations, models


def carry_stop(apps, schema_editor):
    """A ledger that was stopped stays stopped."""
    for row in apps.get_model("store", "Ledger").objects.exclude(stopped=""):
        apps.get_model("store", "StopRow").objects.create(
            scope="all", reason=row.stopped, actor="service", at=row.opened_at
        )


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0002_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='ErrandRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('person', models.CharField(default='', max_length=100)),
                ('made_at', models.DateTimeField()),
                ('taken_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'errands',
            },
        ),
        migrations.CreateModel(
            name='NoticeRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('recipient', models.CharField(max_length=100)),
                ('topic', models.CharField(max_length=20)),
                ('sentence', models.TextField()),
                ('link', models.TextField(default='')),
                ('made_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveIntegerField(default=0)),
                ('problem', models.TextField(default='')),
            ],
            options={
                'db_table': 'notices',
            },
        ),
        migrations.CreateModel(
            name='SpendRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.CharField(max_length=7)),
                ('account', models.CharField(max_length=100)),
                ('kind', models.CharField(max_length=20)),
                ('delivery', models.BigIntegerField(null=True)),
                ('micros', models.BigIntegerField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'db_table': 'spends',
            },
        ),
        migrations.CreateModel(
            name='StopRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(max_length=200)),
                ('reason', models.TextField()),
                ('actor', models.CharField(max_length=100)),
                ('at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.CharField(default='', max_length=100)),
            ],
            options={
                'db_table': 'stops',
            },
        ),
        migrations.RemoveConstraint(
            model_name='deliveryrow',
            name='one_delivery_a_part',
        ),
        migrations.RemoveIndex(
            model_name='deliveryrow',
            name='deliveries_to_do',
        ),
        migrations.RunPython(carry_stop, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='ledger',
            name='stopped',
        ),
        migrations.AddField(
            model_name='accountrow',
            name='failures',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='accountrow',
            name='network',
            field=models.CharField(default='', max_length=330),
        ),
        migrations.AddField(
            model_name='deliveryrow',
            name='by_hand',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='deliveryrow',
            name='checked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='deliveryrow',
            name='imprint',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='deliveryrow',
            name='remote_state',
            field=models.CharField(default='', max_length=10),
        ),
        migrations.AddField(
            model_name='deliveryrow',
            name='target',
            field=models.CharField(default='', max_length=300),
        ),
        migrations.AddField(
            model_name='deliveryrow',
            name='verb',
            field=models.CharField(default='publish', max_length=10),
        ),
        migrations.AddField(
            model_name='deliveryrow',
            name='waits_for',
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='postrow',
            name='hand_off',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='deliveryrow',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['account', 'run_at', 'id'], name='deliveries_next'),
        ),
        migrations.AddIndex(
            model_name='deliveryrow',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['run_at'], name='deliveries_due'),
        ),
        migrations.AddIndex(
            model_name='deliveryrow',
            index=models.Index(condition=models.Q(('state', 'queued')), fields=['too_late_at'], name='deliveries_too_late'),
        ),
        migrations.AddIndex(
            model_name='deliveryrow',
            index=models.Index(condition=models.Q(('state', 'unsure')), fields=['run_at'], name='deliveries_unsure'),
        ),
        migrations.AddIndex(
            model_name='deliveryrow',
            index=models.Index(condition=models.Q(('state', 'held')), fields=['too_late_at'], name='deliveries_held'),
        ),
        migrations.AddIndex(
            model_name='deliveryrow',
            index=models.Index(condition=models.Q(('lease_until__isnull', False)), fields=['lease_until'], name='deliveries_leased'),
        ),
        migrations.AddIndex(
            model_name='deliveryrow',
            index=models.Index(condition=models.Q(('sent_at__isnull', False)), fields=['account', 'sent_at'], name='deliveries_sent'),
        ),
        migrations.AddConstraint(
            model_name='deliveryrow',
            constraint=models.UniqueConstraint(fields=('post', 'account', 'part', 'verb', 'revision'), name='one_delivery_a_part'),
        ),
        migrations.AddField(
            model_name='errandrow',
            name='delivery',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to='store.deliveryrow'),
        ),
        migrations.AddIndex(
            model_name='noticerow',
            index=models.Index(condition=models.Q(('told_at__isnull', True)), fields=['made_at'], name='notices_to_tell'),
        ),
        migrations.AddConstraint(
            model_name='noticerow',
            constraint=models.UniqueConstraint(fields=('key', 'recipient'), name='one_notice_a_recipient'),
        ),
        migrations.AddIndex(
            model_name='spendrow',
            index=models.Index(fields=['month', 'kind'], name='spends_of_a_month'),
        ),
    ]
