"""The texts that are counted: all our own, of every kind that has made somebody count wrongly."""

from __future__ import annotations

from collections.abc import Iterator

HELLO = {
    "Latin": "The first question goes to you",
    "Latin with marks": "Łódź, Ågård, naïve, Đặng, ſtraße",
    "Greek": "Η πρώτη ερώτηση είναι δική σας",
    "Cyrillic": "Первый вопрос за вами, её ждут",
    "Georgian": "პირველი კითხვა თქვენია",
    "Georgian capitals": "ᲞᲘᲠᲕᲔᲚᲘ",
    "Armenian": "Առաջին հարցը քոնն է",
    "Hebrew": "השאלה הראשונה שלכם",
    "Hebrew with points": "שָׁלוֹם",
    "Arabic": "السؤال الأول لكم",
    "Arabic with signs": "مُحَمَّدٌ",
    "Persian": "می‌خواهیم",
    "Syriac": "ܫܠܡܐ",
    "Thaana": "ދިވެހި",
    "Nko": "ߒߞߏ",
    "Devanagari": "पहला प्रश्न आपका है, क्षत्रिय स्त्री",
    "Bengali": "প্রথম প্রশ্ন আপনার",
    "Gurmukhi": "ਪਹਿਲਾ ਸਵਾਲ ਤੁਹਾਡਾ",
    "Gujarati": "પહેલો પ્રશ્ન તમારો",
    "Oriya": "ପ୍ରଥମ ପ୍ରଶ୍ନ",
    "Tamil": "முதல் கேள்வி உங்களுடையது",
    "Telugu": "మొదటి ప్రశ్న మీదే",
    "Kannada": "ಮೊದಲ ಪ್ರಶ್ನೆ ನಿಮ್ಮದು",
    "Malayalam": "ആദ്യ ചോദ്യം നിങ്ങളുടേതാണ്",
    "Sinhala": "පළමු ප්‍රශ්නය ඔබේ",
    "Thai": "คำถามแรกเป็นของคุณ น้ำที่นี่",
    "Lao": "ຄຳຖາມທຳອິດ",
    "Tibetan": "དྲི་བ་དང་པོ།",
    "Burmese": "ပထမမေးခွန်း",
    "Khmer": "សំណួរទីមួយ",
    "Ethiopic": "የመጀመሪያው ጥያቄ",
    "Cherokee": "ᏣᎳᎩ",
    "Canadian": "ᐃᓄᒃᑎᑐᑦ",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ",
    "Hiragana": "さいしょのしつもん",
    "Katakana": "カタカナ、ｶﾞﾊﾟ",
    "Han": "第一个问题由你来问。",
    "Han beyond the first plane": "𠮷野家と𩸽",
    "Hangul": "첫 번째 질문은 당신의 것",
    "Hangul in letters": "\u1100\u1161\u11a8\u1102\u1161\u1112\u1161\u11ab",
    "Bopomofo": "ㄅㄆㄇ",
    "Adlam": "𞤀𞤣𞤤𞤢𞤥",
    "Gothic": "𐌲𐌿𐍄",
    "Deseret": "𐐔𐐯𐑅",
    "Egyptian": "𓂀𓃭",
    "Mathematical": "𝐁𝐨𝐥𝐝 𝒾𝓉𝒶𝓁𝒾𝒸",
    "Vietnamese taken apart": "Tie\u0302\u0301ng Vie\u0323\u0302t",
    "Zalgo": "Z\u0351\u036b\u0343\u036a\u0302a\u0327\u0329l\u0325\u0301go",
}

EMOJI = (
    "😀 🥰 🤌 🫠 🫨 🫩 🪾 🫆 🪉 🪏 \U0001faea \U0001fac8 \U0001f6d8 \U0001fa8a \U0001fa8e \U0001facd \U0001faef ☀ ☀️ ☀︎ ❤ ❤️ ❤︎ ©"
    " ©️ ® ®️ ™ ™️ ‼ ‼️ ⁉️ ℹ️ ↔️ ⌚ ⌚️ ▶ ▶️ ♟️ ♾ ♾️ ⚕️ 〰️ ㊗️ 🅰️ 🈂️ 🀄 🃏 👍 👍🏻 👍🏿 ☝ ☝️ ☝🏽 ☝️🏽 ✌🏾 🖐️🏼 🤝 🤝🏽 🫱🏽 🫱🏻‍🫲🏿 🫶🏾 👪"
    " 👨‍👩‍👧 👨‍👩‍👧‍👦 👩‍👩‍👦‍👦 👨‍👦 👩‍👧‍👧 👨‍❤️‍👨 👩‍❤️‍💋‍👨 👩🏽‍❤️‍👨🏿 🧑‍🤝‍🧑 🧑🏻‍🤝‍🧑🏿 🧑‍🧑‍🧒‍🧒 👩‍🚀 👩🏿‍🚀 🧑‍🚀 🧑🏽‍🚀 👨‍⚕️ 👨‍⚕ 👩🏾‍⚖️ 🧑‍⚖️"
    " 👩‍🦰 👨🏼‍🦲 🧑‍🦱 🧔‍♀️ 🏃 🏃‍♀️ 🏃🏽‍♂️ 🏃‍♀️‍➡️ 🏃🏿‍♂️‍➡️ 🏋️‍♀️ 🏋🏻‍♀️ 🕵️‍♂️ 🕵🏾‍♂️ ⛹️‍♀️ 👯‍♂️ 🧞‍♀️ 🤵‍♀️ 👰‍♂️ 🏳️‍🌈 🏳‍🌈 🏳️‍⚧️"
    " 🏴‍☠️ 👁️‍🗨️ 👁‍🗨 🐕‍🦺 🐈‍⬛ 🐻‍❄️ 🐦‍⬛ 🐦‍🔥 🍋‍🟩 🍄‍🟫 ❤️‍🔥 ❤️‍🩹 ⛓️‍💥 🙂‍↔️ 🙂‍↕️ 😶‍🌫️ 😵‍💫 😮‍💨 🧑‍🎄 🧑‍🦯‍➡️ 🧑‍🩰 1️⃣ 1⃣ #️⃣ *️⃣ 0️⃣ 🔟 🇬🇧 🇺🇳 🇨🇶"
    " 🇪🇺 🇽🇽 🇦 🇬🇧🇩🇪 🇬🇧🇩 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿 🏴󠁵󠁳󠁴󠁸󠁿 🏻 👍🏻🏻 😀️ 😀︎ 🧑‍ ‍🧑 👩‍👩 ‍ ️ ⃣"
).split(" ")

ADDRESSES = (
    "example.com example.org www.example.com http://example.com https://example.com https://example.com/ HTTPS://EXAMPLE.COM"
    " https://example.com/a https://example.com/a/b/c.html https://example.com/a?b=c&d=e https://example.com/a?b=c#d"
    " https://example.com#top https://example.com:8080/a example.com:8080 example.com:8080/a example.com/a example.com?a=b"
    " https://example.com/a_(b) https://example.com/(b) https://example.com/(a(b)c) https://example.com/((a) https://example.com/a)"
    " https://example.com/a(b)! https://example.com/a!(b) https://example.com/a,b;c https://example.com/a. https://example.com/a,"
    " https://example.com/a… https://example.com/a's https://example.com/~me https://example.com/@name https://example.com/@name/1"
    " https://example.com/%C3%A9 https://example.com/é https://example.com/日本 https://example.com/путь https://example.com/a–b"
    " https://example.com/a—b https://example.com/?q=ü https://example.com/?q=a! https://example.com/* https://example.com/a|b"
    " https://example.com//a https://example.com/a//b https://example.com/a:b https://example.com/[a] https://example.com/$5"
    " https://bücher.example https://bücher.de bücher.de BÜCHER.DE https://xn--bcher-kva.de xn--bcher-kva.de https://日本語.jp 日本語.jp"
    " https://пример.рф пример.рф example.рф https://例え.みんな example.みんな https://example.한국 https://한국.com 한국.com"
    " 日本example.com日本 日本example.com/a日本 example.comです example.com、example.org https://example.com、 https://example.com。"
    " foo.bar foo.invalid foo.test foo.local foo.example https://foo.example/a https://foo.invalid/a https://localhost"
    " https://127.0.0.1/a 127.0.0.1 https://[::1]/ example.c example.co example.com.example example.co.uk a.b.c.d.example.co.uk"
    " e.g. i.e. etc. U.S. a.m. 3.14 1.000,5 v2.0.1 readme.md main.py node.js setup.sh jpg.jpg file.zip ASP.NET x.com t.co T.CO"
    " t.co/abc http://t.co/abc https://t.co/Abc123 https://t.co/abc/def https://t.co/abc?d=e https://t.co/abc?d=! https://t.co/"
    " name@example.com <name@example.com> mailto:name@example.com @example.com #example.com $example.com ＠example.com ＃example.com"
    " -example.com _example.com .example.com /example.com ex-ample.com ex_ample.com a_b.example.com -a.example.com a-.example.com"
    " example-.com example..com example.com- example.com_a example.com@b example.com+b example.com-b example.com= example.com"
    " (example.com) [example.com] {example.com} <example.com> <https://example.com> «https://example.com» “https://example.com”"
    " 'https://example.com' \"https://example.com\" `example.com` *example.com* ~example.com~ !https://example.com! ¿example.com?"
    ' https://example.com! https://example.com? https://example.com: https://example.com; https://example.com* https://example.com"'
    " xhttps://example.com éhttps://example.com 日https://example.com 1https://example.com .https://example.com /https://example.com"
    " https://https://example.com https://example.com/https://example.org example.com/example.org example.comexample.org"
    " https:/example.com https:example.com //example.com ftp://example.com ftp.example.com httpsexample.com http://.com http://-a.com"
    " http:// https:// http://a http://a. http://a.b http://a.io a.io é.com éa.com ä.ö.ü.de ı.com ſ.com K.com ß.de"
    " 😀.com 😀example.com example.com😀 https://😀.com https://😀.com/😀 ❤️.com 1️⃣.com example.com/1️⃣ example.com️ ‏example.com‏"
    " vermögensberater.de example.vermögensberater example.museum example.co.jp example.xn--p1ai example.XN--P1AI xn--a.xn--b"
    " https://example.music/concert example.kids/a https://example.zippo/a example.an example.com/a/example.org?b=example.net example.com.  example.com,example.org example.com/example.org,example.net"
).split(" ")

LONG = {
    "a label of 63": "https://" + "a" * 63 + ".com",
    "a label of 64": "https://" + "a" * 64 + ".com",
    "a label of 58 marks": "https://" + "ü" * 55 + ".com",
    "too long for the wire": "https://" + "ü" * 62 + ".com",
    "a slug of 40": "https://t.co/" + "a" * 40,
    "a slug of 41": "https://t.co/" + "a" * 41,
    "an address of 4,080": "https://example.com/" + "a" * 4060,
    "an address of 4,100": "https://example.com/" + "a" * 4080,
    "a bare one of 4,090": "example.com/" + "a" * 4078,
    "many labels": "a." * 30 + "com",
    "many addresses": "a.co " * 20,
    "many dots": "." * 40,
    "280 letters": "word " * 56,
    "280 of two": "字" * 140,
    "300 flags": "🇬🇧" * 30,
    "families": "👨‍👩‍👧‍👦" * 12,
    "marks on one letter": "e" + "\u0301\u0316" * 40,
}

MARKS = (
    "\r\n", "\n", "\r", "a\r\nb", "a\n\nb", "\n\r", "\t", "\v", "\x00", "\x7f", "\x85", "\u00a0", "\u00ad", "\u1680", "\u2000",
    "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2010", "\u2011", "\u2013", "\u2014", "\u2018", "\u2019", "\u201c",
    "\u201e", "\u2020", "\u2022", "\u2026", "\u2028", "\u2029", "\u202a", "\u202e", "\u2030", "\u2032", "\u2033", "\u2037",
    "\u2038", "\u203a", "\u2044", "\u2060", "\u2066", "\u2069", "\u206f", "\u20ac", "\u20e3", "\u2103", "\u2192", "\u2212",
    "\u2260", "=\u0338", "\u2605", "\u3000", "\u3001", "\ufe0e", "\ufe0f", "\ufeff", "\ufffd", "\uffff", "\U000e0020", "\U0010ffff",
    "e\u0301", "\u00e9", "\u212b", "\u2126", "\ufb01", "\u0344", "\u0958", "\u0f73", "\ud55c", "\u1112\u1161\u11ab", "\u1112", "\u1161",
    "\u11ab", "\uac00\u11a8", "\u0600a", "\u0d4e\u0d15", "\u094d\u0915", "a\u094d\u0915", "\u0915\u094d", "\u0915\u094d\u0937",
    "\u0915\u094d\u200d\u0937", "\u0915\u094d\u200c\u0937", "\u0915\u094d\u0937\u094d\u092e", "\u0915\u093e\u094d\u0937", "\u0e01\u0e33",
    "\u0e33", "\u0eb3", "\u0e40\u0e01\u0e47", "\u1019\u103c\u1014\u103a", "\u1780\u17d2\u1798", "\u0f40\u0fb5", "\U00011100\U00011127",
    "\U000110bd\U000110a0", "\u0301", "\u0301a", "\u200da", "a\u200db", "a\ufe0f", "1\ufe0f", "#\u20e3", "x\u20e3", "\u1f71", "\u03d3\u0301",
)  # fmt: skip

AROUND = (
    "see {}",
    "{} now",
    "({})",
    "“{}”",
    "{}.",
    "{}, and",
    "#tag {}",
    "@name {}",
    "日本{}日本",
    "{}\n{}",
    "👩‍🚀{}",
    "{}👍🏽",
    "Ü{}ß",
)
TAGS = (
    "#Lab23", "#Łódź", "#第一", "＃tag", "##a", "#1", "#a_b", "#a-b", "@name", "@name@social.example", "@name.example", "@@a", "＠name",
    "a@b", "$CASH", "$CASH $MORE", "$5", "RT @name: yes", ".@name", "@name's", "#tag's", "#tag#tag", "@a@b@c", "#️⃣tag", "#😀", "&amp; &lt;",
)  # fmt: skip


def texts() -> Iterator[str]:
    """Every text once, in an order that stays."""
    parts = [*HELLO.values(), *EMOJI, *ADDRESSES, *LONG.values(), *MARKS, *TAGS, ""]
    some = [*ADDRESSES[::9], *EMOJI[::12], *list(HELLO.values())[::8]]
    parts += [frame.replace("{}", one) for frame in AROUND for one in some]
    pairs = zip(EMOJI, EMOJI[7:], strict=False)
    parts += [f"{one}{other}" for one, other in pairs]
    parts += [f"{words}: https://example.com/{number} {EMOJI[number]}" for number, words in enumerate(HELLO.values())]
    yield from dict.fromkeys(parts)
