"""What Unicode 17.0.0 says of characters; made by scripts/unicode_tables.py."""

# UNICODE LICENSE V3
#
# COPYRIGHT AND PERMISSION NOTICE
#
# Copyright © 1991-2026 Unicode, Inc.
#
# Permission is hereby granted, free of charge, to any person obtaining a
# copy of data files and any associated documentation (the "Data Files") or
# software and any associated documentation (the "Software") to deal in the
# Data Files or Software without restriction, including without limitation
# the rights to use, copy, modify, merge, publish, distribute, and/or sell
# copies of the Data Files or Software, and to permit persons to whom the
# Data Files or Software are furnished to do so, provided that either (a)
# this copyright and permission notice appear with all copies of the Data
# Files or Software, or (b) this copyright and permission notice appear in
# associated Documentation.
#
# THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY
# KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
# MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF
# THIRD PARTY RIGHTS.
#
# IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE
# BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION
# OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION
# WITH THE USE OR PERFORMANCE OF THE DATA FILES OR SOFTWARE.
#
# Except as contained in this notice, the name of a copyright holder shall
# not be used in advertising or otherwise to promote the sale, use or other
# dealings in these Data Files or Software without prior written
# authorization of the copyright holder.

VERSION = "17.0.0"
DEFAULT_IGNORABLE = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)
"""Default_Ignorable_Code_Point of DerivedCoreProperties.txt: first and last code points."""
LOOK_ALIKES = {
    "2": "\u03e8\u14bf\ua644",
    "3": "\u0417\u04e0\u0969\u0ae9\u2c9c\u2cc4\u2ccc\U000118ca\U00016f3b",
    "4": "\u13ce\U000118af",
    "5": "\U000118bb",
    "6": "\u03ec\u0431\u13ee\u2cd2\u2cd3\u2cdc\U000118d5",
    "7": "\U000104d2\U000118c6",
    "8": "\u09ea\u0a6a\U0001031a",
    "9": "\u09ed\u0a67\u0b68\u0d6d\u2cca\u2ccb\U000118ac\U000118cc\U000118d6",
    "A": "\u0391\u0410\u13aa\u15c5\ua4ee\U000102a0\U00016f40",
    "B": "\u0392\u0412\u13f4\u15f7\u2c82\ua4d0\U00010282\U000102a1\U00010301",
    "C": "\u0421\u13df\u2ca4\ua4da\U000102a2\U00010302\U00010415\U0001051c\U000118e9",
    "D": "\u13a0\u15de\u15ea\ua4d3",
    "E": "\u0395\u0415\u13ac\u2d39\ua4f0\U00010286\U000118a6\U000118ae",
    "F": "\u03dc\u15b4\ua4dd\U00010287\U000102a5\U00010525\U000118a2\U000118c2",
    "G": "\u050c\u13c0\u13f3\ua4d6",
    "H": "\u0397\u041d\u13bb\u157c\u2c8e\ua4e7\U000102cf",
    "I": "\u0399\u0406\u2c92",
    "J": "\u037f\u0408\u13ab\u148d\ua4d9",
    "K": "\u039a\u041a\u13e6\u16d5\u2c94\ua4d7\U00010518",
    "L": "\u13de\u14aa\u2cd0\ua4e1\U0001041b\U00010526\U000118a3\U000118b2\U00016f16",
    "M": "\u039c\u03fa\u041c\u13b7\u15f0\u16d6\u2c98\ua4df\U000102b0\U00010311",
    "N": "\u039d\u2c9a\ua4e0\U00010513",
    "O": "\u039f\u041e\u0555\u0b20\u0ce6\u12d0\u2c9e\u2d54\ua4f3\U00010292\U000102ab\U00010404"
    "\U000104c2\U00010516\U000118b5\U000118e0",
    "P": "\u03a1\u0420\u13e2\u146d\u2ca2\u2cce\ua4d1\U00010295",
    "Q": "\u2d55",
    "R": "\u13a1\u13d2\u1587\ua4e3\U000104b4\U00016f35",
    "S": "\u0405\u054f\u13d5\u13da\ua4e2\U00010296\U00010420\U00016f3a",
    "T": "\u03a4\u0422\u13a2\u2ca6\ua4d4\U00010297\U000102b1\U00010315\U000118bc\U00016f0a",
    "U": "\u054d\u1200\u144c\ua4f4\U000104ce\U000118b8\U00016f42",
    "V": "\u0474\u13d9\u142f\u2d38\ua4e6\ua6df\U0001051d\U000118a0\U00016f08",
    "W": "\u051c\u13b3\u13d4\ua4ea\U000118e6",
    "X": "\u03a7\u0425\u16b7\u2cac\u2d5d\ua4eb\U00010290\U000102b4\U00010317\U00010527",
    "Y": "\u03a5\u0423\u04ae\u13a9\u13bd\u2ca8\ua4ec\U000102b2\U000118a4\U00016f43",
    "Z": "\u0396\u13c3\ua4dc\U000118a9\U000118e5",
    "a": "\u03b1\u0430",
    "b": "\u042c\u13cf\u1472\u15af",
    "c": "\u0441\u1004\u105a\u2ca5\uabaf\U0001043d",
    "d": "\u0501\u13e7\u146f\ua4d2",
    "e": "\u0435\u04bd",
    "f": "\u0584",
    "g": "\u0581",
    "h": "\u04bb\u0570\u13c2",
    "i": "\u03b9\u0456\u0582\u13a5\u2c93\ua647\uab75\U000118c3",
    "j": "\u03f3\u0458",
    "l": "\u04c0\u04cf\u16c1\u2d4f\ua4f2\U0001028a\U00010309\U00016f28",
    "n": "\u0578\u057c",
    "o": "\u03bf\u03c3\u03ed\u043e\u0585\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66"
    "\u0d20\u0d66\u0e50\u0ed0\u101d\u1040\u10ff\u17e0\u2c9f\U0001042c\U000104ea\U000114d0"
    "\U000118c8\U000118d7",
    "p": "\u03c1\u03f8\u0440\u2ca3\u2ccf",
    "q": "\u051b\u0563\u0566",
    "r": "\u0433\u1d26\u2c85\uab81",
    "s": "\u0455\u0d1f\uabaa\U00010448\U000118c1",
    "u": "\u03c5\u057d\U000104f6\U000118d8",
    "v": "\u03bd\u0475\uaba9\U00011706\U000118c0",
    "w": "\u0448\u0461\u051d\u0561\u2cbd\uab83\U0001170a\U0001170e\U0001170f",
    "x": "\u0445\u1541\u157d",
    "y": "\u03b3\u0443\u04af\u10e7\u2ca9\U000118dc",
    "z": "\uab93\U000118c4",
}
"""ASCII characters, and letters and digits of other scripts that look the same."""
PHONETIC_LOOK_ALIKES = {
    "2": "\ua75a",
    "3": "\ua76a\ua7ab",
    "9": "\ua76e",
    "B": "\ua7b4",
    "F": "\ua798",
    "J": "\ua7b2",
    "X": "\ua7b3",
    "a": "\u0251",
    "c": "\u1d04",
    "e": "\uab32",
    "f": "\u1e9d\ua799\uab35",
    "g": "\u0261\u1d83",
    "i": "\u0269\u026a",
    "o": "\u1d0f\u1d11\uab3d",
    "r": "\uab47\uab48",
    "s": "\ua731",
    "u": "\u028b\u1d1c\ua79f\uab4e\uab52",
    "v": "\u1d20",
    "w": "\u026f\u1d21",
    "y": "\u0263\u028f\u1d8c\u1eff\uab5a",
    "z": "\u1d22",
}
"""The same for phonetic Latin letters."""
SMALL_CAPITAL_LOOK_ALIKES = {
    "a": "\uab7a",
    "b": "\u0432\u13fc\u2c83",
    "d": "\uab70",
    "e": "\uab7c",
    "g": "\u050d\u13fb\uab90",
    "h": "\u043d\u2c8f\uab8b",
    "j": "\uab7b",
    "k": "\u03ba\u043a\u2c95\uabb6",
    "l": "\u2cd1\uabae\U00010443",
    "m": "\u043c\u2c99\uab87",
    "n": "\u2c9b",
    "p": "\u1d29\uabb2",
    "r": "\uab71\uaba2",
    "t": "\u03c4\u0442\u2ca7\uab72",
}
"""ASCII letters, and letters of other scripts that look like small capitals."""
