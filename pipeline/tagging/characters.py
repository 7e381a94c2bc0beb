"""Characters a vocabulary lacks, in the nearest form it has, one for one, so that offsets stay what they are.

BERT's Chinese vocabulary has no “ ” ‘ ’ — … and would read each as an unknown token.
"""

from tokenizers import Tokenizer

FULL_WIDTH = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}
PLAIN_FORMS = {"“": '"', "”": '"', "‘": "'", "’": "'", "—": "-", "…": ".", **FULL_WIDTH}


def plain_forms(tokenizer: Tokenizer, unknown: int) -> dict[int, str]:
    """The replacements this tokenizer needs, as a table for `str.translate`.

    Args:
        tokenizer: Any tokenizer.
        unknown: The id it gives to what it does not know.

    Returns:
        One character for each that the tokenizer does not know and whose plain form it knows.
    """
    known = _known(tokenizer, unknown, [*PLAIN_FORMS, *PLAIN_FORMS.values()])
    return {ord(full): plain for full, plain in PLAIN_FORMS.items() if full not in known and plain in known}


def _known(tokenizer: Tokenizer, unknown: int, characters: list[str]) -> set[str]:
    """Those characters the tokenizer knows at the start of a word as well as inside one."""
    texts = [character * times for character in characters for times in (1, 2)]
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]
    lost = {text[0] for text, found in zip(texts, ids, strict=True) if not found or unknown in found}
    return set(characters) - lost
