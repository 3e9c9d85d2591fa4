"""C source as tokens with their places: enough of the language to change one operator without touching a comment."""
import collections
import re

Token = collections.namedtuple("Token", "kind text start end")

PATTERN = re.compile(r"""
    (?P<space>(?:\s|\\\n)+)
  | (?P<comment>/\*.*?\*/|//[^\n]*)
  | (?P<string>"(?:\\.|[^"\\\n])*")
  | (?P<char>'(?:\\.|[^'\\\n])*')
  | (?P<number>\.?\d(?:[\w.]|[eEpP][+-])*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<mark>->|\+\+|--|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\.\.\.|[-+*/%&|^!~<>=?:;,.(){}\[\]\#\\])
""", re.VERBOSE | re.DOTALL)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\.)*", re.MULTILINE | re.DOTALL)
DEFINED_NUMBER = re.compile(r"[ \t]*#[ \t]*define[ \t]+\w+[ \t]+\(?(\d+)\b")


def tokens_of(text):
    """The tokens of TEXT without space and comments. A directive is left out, except a number that it defines."""
    found, at = [], 0
    while at < len(text):
        directive = DIRECTIVE.match(text, at) if at == 0 or text[at - 1] == "\n" else None
        if directive:
            number = DEFINED_NUMBER.match(text, at)
            if number:
                found.append(Token("defined", number[1], *number.span(1)))
            at = directive.end()
            continue
        match = PATTERN.match(text, at)
        if not match:
            raise ValueError(f"unexpected character {text[at]!r} at offset {at}")
        if match.lastgroup == "space" and "\n" in match[0]:
            at += match[0].rindex("\n") + 1
            continue
        if match.lastgroup not in ("space", "comment"):
            found.append(Token(match.lastgroup, match[0], *match.span()))
        at = match.end()
    return found


def partners(tokens):
    """The index of the closing bracket of each opening one, and the other way round."""
    pairs, open_ones = {}, []
    for index, token in enumerate(tokens):
        if token.kind != "mark":
            continue
        if token.text in "([{":
            open_ones.append(index)
        elif token.text in ")]}" and open_ones:
            pairs[index] = open_ones.pop()
            pairs[pairs[index]] = index
    return pairs
