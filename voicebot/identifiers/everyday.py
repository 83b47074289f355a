"""Words of everyday shop talk: neither names nor letters written together."""

from __future__ import annotations

from voicebot.identifiers.vocabulary import words

EVERYDAY = frozenset(
    words(
        "I'm a able about account act add address after again age ago aid air all already also am an and another any",
        "april are art as ask at august back bad bag be because been before big bit black blue book both box broken",
        "brown but buy by bye call called calling came can can't cancel capital car card cat change changed check",
        "code coming correct could customer damaged day days december delivered delivery did didn't different do does",
        "don't done double down email english evening february fine first for friday from full get getting give go",
        "going good got great green had happy has have haven't having he hello help her here hey hi him his hold home",
        "how i i'd i'll i'm i've if in is isn't it it'd it's item its january july june just know last late later let",
        "letter letters like looking lost lot make march maybe me mean middle mine missing monday more morning most",
        "much my name named names need new next no nope not november now number october of off oh ok okay on one only",
        "open or order ordered orders other our out over package paid parcel pay per perfect phone please possible",
        "problem put ran really red refund return returning right run said same saturday say see sent september shall",
        "she shipping shoes should sick sir six small so some something soon sorry space speak speaking spell spelled",
        "spelling spells spelt status still sum sunday sure surname take talk tell ten than thank thanks that that's",
        "the them then there these they thing things this those though thursday time to today told tomorrow too top",
        "track tracking triple try trying tuesday two uh um under until up us use used very wait want wanted war was",
        "wasn't way we wednesday well went were what what's when where where's which white who whole why will win",
        "with without won won't word work working would wrong yeah yep yes yesterday you your yours",
    )
)
#: Written in capitals without being spelled.
ABBREVIATIONS = frozenset(
    words("ok tv us uk usa eu ups dhl usps dpd id pin zip sms vip am pm cd dvd pc it no po sku usb faq asap hdmi led")
)
