"""Words that a period follows without ending a sentence, and words that begin one.

Short lists on purpose: what many texts hold. A word that is missing costs one cut too many.
"""

from __future__ import annotations

__all__ = [
    "AFTER_ORDINALS",
    "BEFORE_NAMES",
    "BEFORE_NUMBERS",
    "BEFORE_ORDINALS",
    "OFTEN_FIRST",
    "SOMETIMES_LAST",
]

BEFORE_NAMES = frozenset(
    """
    mr mrs ms mx dr drs prof profs st sts rev hon gen lt col sgt capt cmdr maj brig adm gov sen rep pres supt det
    mt ft messrs mmes msgr fr sra srta dña mme mlle mgr vs viz cf e.g i.e eg ie ex resp incl bzw
    z.b d.h u.a hr dipl ing stv sog ggf vgl tzv tzn np tj sv св им ул акад проф т.е т.н डॉ श्री पं प्रो
    """.split()  # noqa: SIM905
)
"""Before a name, or in the middle of a sentence: never the last word of one."""

BEFORE_NUMBERS = frozenset(
    """
    no nos nr nrs núm num p pp pg vol vols ch chap sec sect art arts fig figs eq eqs tab para par ca c approx est
    op vers ver lit bd abb abs kap s str ст рис табл гл jan feb mar apr jun jul aug sep sept oct nov dec
    """.split()  # noqa: SIM905
)
"""Not the last word of a sentence where a number follows."""

SOMETIMES_LAST = frozenset(
    """
    inc ltd co corp bros llc plc jr sr esq etc al ed eds dept univ assn est ave blvd rd sq ph.d jan feb mar apr jun
    jul aug sep sept oct nov dec mon tue tues wed thu thurs fri sat sun usw etw ca gmbh mio mrd
    г гг в вв н.э др пр тыс млн млрд
    """.split()  # noqa: SIM905
)
"""The last word of a sentence if a word that begins one follows."""

OFTEN_FIRST = frozenset(
    """
    The A An This That These Those He She It They We I You His Her Its Their Our My There Here In On At By For From
    With As After Before When While Since Although However But And Or If Then Thus Both Each Many Most Some All Not
    What Who Why How Where During Under Despite Because Also According
    Der Die Das Den Dem Ein Eine Einen Er Sie Es Wir Ich Im Am Bei Nach Seit Auch Diese Dieser Dieses Aber Und Wie Für
    Mit Zu Zur Zum Von Vom Auf Aus Durch Obwohl Während Danach Dort Dabei
    El La Los Las Un Una Unos En Con Por Para Como Este Esta Estos Cuando Aunque Sin Pero Según Su Sus
    Le Les Une Il Elle Ils Elles Dans Sur Par Pour Avec Ce Cette Ces Mais Lorsque Selon
    Lo Gli Nel Nella Con Questo Questa Dopo
    Он Она Оно Они Это Эти Этот Эта В Во На По С Со К Но И А Из За При После Для Как Когда Если Также
    Ο Η Το Οι Τα Στο Στη Στην Στις Και Αυτό Αυτή Με Από Για Όταν
    Bu O Ve Bir Ancak Ama Cu Din După În Este Acest
    """.split()  # noqa: SIM905
)
"""Words that, written large, begin a sentence far more often than they begin a name."""

BEFORE_ORDINALS = frozenset(
    "der die das den dem des am im vom zum zur beim ab bis seit und oder dieser diesem jeder jedem".split()  # noqa: SIM905
)
"""German words after which a short number with a period is an ordinal (*am 3.*, *im 18.*), nouns being large."""

AFTER_ORDINALS = frozenset(
    """
    januar februar märz april mai juni juli august september oktober november dezember jahrhundert jahrhunderts
    jahrhunderten jahrhunderte jahrtausend jahrtausends jh
    """.split()  # noqa: SIM905
)
"""German words before which it is one, whatever stands before."""
