"""How hours, weekdays, months and days are called in English, Welsh, German, French and Arabic. Tables only."""

from __future__ import annotations

from collections.abc import Mapping

# Each row is one language's names, in order; alternatives of one name are divided by a stroke.
HOURS = (
    (
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty twenty-one twenty-two twenty-three"
    ),
    "un|une dau|ddau tri|dri pedwar|bedwar pump|bump chwech saith wyth naw deg|ddeg un_ar_ddeg deuddeg|ddeuddeg",
    (
        "ein|eins zwei drei vier fünf|fuenf sechs sieben acht neun zehn elf zwölf|zwoelf dreizehn vierzehn "
        "fünfzehn|fuenfzehn sechzehn "
        "siebzehn achtzehn neunzehn zwanzig einundzwanzig zweiundzwanzig dreiundzwanzig vierundzwanzig"
    ),
    (
        "une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
        "dix-neuf vingt vingt_et_une vingt-deux vingt-trois"
    ),
)
# Arabic counts its hours by ordinals, which are hours only beside "the hour", or where a part of the day follows.
ARABIC_HOURS = (
    "الواحدة الثانية الثالثة الرابعة الخامسة السادسة السابعة الثامنة التاسعة العاشرة "
    "الحادية_عشرة|الحادية_عشر الثانية_عشرة|الثانية_عشر"
)
MINUTES: Mapping[int, str] = {
    5: "five|pum|fünf|cinq|وخمس_دقائق",
    10: "ten|deng|deg|zehn|dix|وعشر_دقائق",
    15: "a_quarter|quarter|fifteen|chwarter|fünfzehn|viertel|quinze|et_quart|le_quart|quart|والربع",
    20: "twenty|ugain|zwanzig|vingt|والثلث|وثلث|وعشرين_دقيقة|وعشرون_دقيقة",
    25: "twenty-five|fünfundzwanzig|vingt-cinq",
    30: "thirty|dreißig|trente|et_demie|demie|والنصف",
    35: "thirty-five|fünfunddreißig|trente-cinq",
    40: "forty|vierzig|quarante|وأربعين_دقيقة|وأربعون_دقيقة|والأربعين",
    45: "forty-five|fünfundvierzig|quarante-cinq",
    50: "fifty|fünfzig|cinquante|وخمسين_دقيقة|وخمسون_دقيقة",
    55: "fifty-five|fünfundfünfzig|cinquante-cinq",
    -5: "إلا_خمس_دقائق|إلا_خمسا",
    -10: "إلا_عشر_دقائق",
    -15: "إلا_ربعا|إلا_الربع|إلا_ربع",
    -20: "إلا_ثلثا|إلا_الثلث|إلا_ثلث|إلا_عشرين_دقيقة",
}
# What is written together with the hour behind it, in haste.
TYPED_TOGETHER = "at um am a"
# What stands behind hours and minutes without anything between them: "240pm".
SHORT_HALF = r"p\.?m\b|a\.?m\b(?! \w)|y\.?[bph]\b"
# An hour may stand alone behind the words for "at": which they are, what may follow there, and that language's hours.
# What else follows is likely to be counted: "at 12 places".
BARE: Mapping[tuple[str, str], str] = {
    (
        "at until till",
        (
            r"(?:in|on|at|for|sharp|today|tonight|tomorrow|this|that|and|or|to|till|until|we|you|they|i|it|the|our|your|"
            r"there|here|with|when|is|are|be|come|join|please|as|but|so|if|because|all|every|each|will|do|don't|see|meet|"
            r"\w+day|by|before|after|near|outside|inside)\b"
        ),
    ): HOURS[0],
    (
        "um gegen",
        (
            r"(?!(?:prozent\w*|punkte?n?|euro|cent|jahren?|tagen?|wochen|monaten?|stunden|minuten|sekunden|meter|kilometer|"
            r"stimmen|sitzen?|grad|platze?n?|mal|millionen?|milliarden?|tausend|leute|menschen|personen|ecken|kilo|"
            r"delegierten?|gegnern?|andere)\b)[a-z]"
        ),
    ): HOURS[2],
    (
        "am tan",
        r"(?:yn|ar|ac|a|i|o|d?dydd|y|yr|bydd|byddwn|mae|heddiw|y?fory|heno|dewch|pan|[bf]ore|[bp]rynhawn|nos|gyda|ger)\b",
    ): HOURS[1],
}
BEFORE_ORDINAL = "(?:عند|حوالي)"
# What stands right behind an hour in spoken English: "two forty". "Two five" is no time.
SPOKEN_MINUTES = "ten fifteen twenty twenty-five thirty thirty-five forty forty-five fifty fifty-five"
NOON = "noon|midday|mittags?|midi|hanner_dydd|canol_dydd|ganol_dydd|ظهرا|الظهر|منتصف_النهار"
MIDNIGHT = "midnight|mitternachts?|minuit|hanner_nos|canol_nos|ganol_nos|منتصف_الليل"

# What follows an hour and says which half of the day is meant.
MORNING = (
    r"a\.?m\b\.?(?! (?:\w+tag|mittwoch|abend|\d))|a\. m\.|in the morning|du matin|morgens|vormittags|am morgen|yb\b|"
    "y\\.b\\.|(?:yn )?y bore|صباحا|ص|فجرا|في الصباح"
)
MIDDAY = "mittags|ظهرا"
AFTERNOON = (
    r"p\.?m\b\.?|p\. m\.|in the afternoon|in the evening|de l'apres-midi|du soir|nachmittags|am nachmittag|abends|"
    r"am abend|y\.?[ph]\b\.?|(?:yn )?y prynhawn|(?:yn )?y p'nawn|(?:gyda'r|yr) (?:nos|hwyr)|"
    "عصرا|مساء|م|بعد الظهر|في المساء"
)
NIGHT = "at night|nachts|in der nacht|y nos|ليلا"
# Minutes ahead of UTC; people say the winter's name in summer too.
ZONES: Mapping[tuple[int, ...], str] = {
    (0,): "utc z gmt",
    (60,): "bst west",
    (0, 60): "wet",
    (60, 120): "cet mez hec",
    (120,): "cest mesz heec",
    (120, 180): "eet",
    (180,): "eest msk",
    (60, 330): "ist",
    (-240,): "edt",
    (-300, -240): "et",
    (-300,): "est cdt",
    (-360, -300): "ct",
    (-360,): "cst mdt",
    (-420, -360): "mt",
    (-420,): "mst pdt",
    (-480, -420): "pt",
    (-480,): "pst",
}

WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag|sonnabend sonntag",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "الاثنين الثلاثاء|الثلاثا الأربعاء|الاربعا الخميس الجمعة السبت الأحد",
)
# Short names are words of other kinds too ("mon", "sun"), so that they count before a number alone.
SHORT_WEEKDAYS = ("mon tue|tues wed thu|thur|thurs fri sat sun", "mo di mi do fr sa so", "lun mar mer jeu ven sam dim")
# ... or behind one of these.
BEFORE_DAYS = "on this next last by until till from every am ab bis zum jeden"
# "Mawrth" is Tuesday behind one of these, and March elsewhere.
WELSH_DAY = "(?:d?dydd|nos|[bf]ore|[bp]rynhawn|p'nawn)"
WELSH_WEEKDAYS = "llun|lun mawrth|fawrth mercher|fercher iau gwener|wener sadwrn sul"

MONTHS = (
    (
        "january|jan february|feb march|mar april|apr may june|jun july|jul august|aug september|sept|sep october|oct "
        "november|nov december|dec"
    ),
    (
        "ionawr chwefror mawrth|fawrth ebrill mai|fai mehefin|fehefin gorffennaf|orffennaf awst medi|fedi hydref "
        "tachwedd rhagfyr"
    ),
    "januar|jänner|jaenner februar märz|maerz april mai juni juli august september oktober|okt november dezember|dez",
    "janvier|janv février|févr mars avril|avr mai juin juillet|juil août septembre octobre novembre décembre|déc",
    "يناير فبراير مارس أبريل|إبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
    "كانون_الثاني شباط آذار نيسان أيار حزيران تموز آب أيلول تشرين_الأول تشرين_الثاني كانون_الأول",
    "جانفي فيفري مارس أفريل ماي جوان جويلية أوت سبتمبر أكتوبر نوفمبر ديسمبر",
)

# The days of a month in words, as each language writes them before or behind its months.
DAYS_OF_MONTH = (
    (
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third "
        "twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
    ),
    (
        "cyntaf|gyntaf ail trydydd pedwerydd pumed|bumed chweched seithfed wythfed nawfed degfed|ddegfed "
        "unfed_ar_ddeg deuddegfed|ddeuddegfed trydydd_ar_ddeg pedwerydd_ar_ddeg pymthegfed|bymthegfed "
        "unfed_ar_bymtheg ail_ar_bymtheg deunawfed|ddeunawfed pedwerydd_ar_bymtheg ugeinfed unfed_ar_hugain "
        "ail_ar_hugain trydydd_ar_hugain pedwerydd_ar_hugain pumed_ar_hugain|bumed_ar_hugain chweched_ar_hugain "
        "seithfed_ar_hugain wythfed_ar_hugain nawfed_ar_hugain degfed_ar_hugain|ddegfed_ar_hugain "
        "unfed_ar_ddeg_ar_hugain"
    ),
    (
        "erste zweite dritte vierte fünfte|fuenfte sechste siebte|siebente achte neunte zehnte elfte "
        "zwölfte|zwoelfte dreizehnte vierzehnte fünfzehnte|fuenfzehnte sechzehnte siebzehnte achtzehnte "
        "neunzehnte zwanzigste einundzwanzigste zweiundzwanzigste dreiundzwanzigste vierundzwanzigste "
        "fünfundzwanzigste|fuenfundzwanzigste sechsundzwanzigste siebenundzwanzigste achtundzwanzigste "
        "neunundzwanzigste dreißigste|dreissigste einunddreißigste|einunddreissigste"
    ),
    (
        "premier deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
        "dix-huit dix-neuf vingt vingt_et_un|vingt-et-un vingt-deux vingt-trois vingt-quatre vingt-cinq vingt-six "
        "vingt-sept vingt-huit vingt-neuf trente trente_et_un|trente-et-un"
    ),
    (
        "الأول الثاني الثالث الرابع الخامس السادس السابع الثامن التاسع العاشر الحادي_عشر الثاني_عشر الثالث_عشر "
        "الرابع_عشر الخامس_عشر السادس_عشر السابع_عشر الثامن_عشر التاسع_عشر العشرين|العشرون "
        "الحادي_والعشرين|الحادي_والعشرون الثاني_والعشرين|الثاني_والعشرون الثالث_والعشرين|الثالث_والعشرون "
        "الرابع_والعشرين|الرابع_والعشرون الخامس_والعشرين|الخامس_والعشرون السادس_والعشرين|السادس_والعشرون "
        "السابع_والعشرين|السابع_والعشرون الثامن_والعشرين|الثامن_والعشرون التاسع_والعشرين|التاسع_والعشرون "
        "الثلاثين|الثلاثون الحادي_والثلاثين|الحادي_والثلاثون"
    ),
)

# Days seen from the post's own: how many days on, and which part of that day.
WHOLE, MORNINGS, AFTERNOONS, EVENINGS, NIGHTS = "", "morning", "afternoon", "evening", "night"
DAYS: Mapping[tuple[int, str], str] = {
    (0, WHOLE): "today|2day|heute|heut|heutiger?|heutigen|heutiges|aujourd'hui|aujourdhui|heddiw|اليوم|النهاردة",
    (
        0,
        MORNINGS,
    ): "this_morning|heute_morgen|heute_früh|heute_frueh|heute_vormittag|ce_matin|[bf]ore_'?yma|[bf]ore_'?ma|"
    "y_bore_hwn|هذا_الصباح|صباح_اليوم|صباح_هذا_اليوم",
    (0, AFTERNOONS): "this_afternoon|heute_nachmittag|cet_après[-_]midi|(?:prynhawn|p'nawn)_'?y?ma|y_prynhawn_hwn|"
    "بعد_ظهر_اليوم|عصر_اليوم|ظهر_اليوم",
    (0, EVENINGS): "this_evening|heute_abend|heut_abend|ce_soir|هذا_المساء|مساء_اليوم",
    (0, NIGHTS): "tonight|tonite|2nite|2night|heute_nacht|cette_nuit|heno|الليلة|هذه_الليلة|هالليلة",
    (
        1,
        WHOLE,
    ): "tomorrow|tmrw|tmw|tmr|2moro|2morrow|2mrw|tomoz|morgen|morgiger?|morgigen|morgiges|"
    "demain|2main|y?fory|غدا|يوم_غد|الغد|غد|بكرة|بكرا|باكر|غدوة",
    (
        1,
        MORNINGS,
    ): "tomorrow_morning|morgen_früh|morgen_frueh|morgen_vormittag|demain_matin|[bf]ore_y?fory|"
    "صباح_الغد|صباح_غد|غدا_صباحا",
    (
        1,
        AFTERNOONS,
    ): "tomorrow_afternoon|morgen_nachmittag|demain_après[-_]midi|(?:prynhawn|p'nawn)_y?fory|بعد_ظهر_غد|عصر_غد",
    (1, EVENINGS): "tomorrow_evening|tomorrow_night|morgen_abend|demain_soir|nos_y?fory|مساء_الغد|مساء_غد|غدا_مساء",
    (2, WHOLE): "day_after_tomorrow|übermorgen|uebermorgen|après[-_]demain|[td]rennydd|بعد_غد|بعد_بكرة|بعد_بكرا",
    (-1, WHOLE): "yesterday|gestern|hier|d?doe|أمس|مبارح|امبارح",
    (-1, EVENINGS): "yesterday_evening|last_night|gestern_abend|hier_soir|neithiwr",
}
# "Morgen" is the morning behind these, and "hier" is here in German before and behind them.
NO_DAYS = (
    "guten_morgen|(?:am|jeden|diesen|einen|den|dem|der|gestern|\\w+tag|mittwoch)_morgen|hier_(?:geht|gibt|ist|sind|findet|"
    "und)|und_hier|von_hier"
)
