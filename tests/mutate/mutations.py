"""The single changes that are tried on a source file. Each is a careless hand's: an operator, a constant, a condition, a
statement or an argument. Only code is touched: no comment, string or directive, nothing inside an assertion or a log."""
import collections
import re

from tokens import partners, tokens_of

Mutation = collections.namedtuple("Mutation", "kind start end text")

OPERATORS = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"], "==": ["!="], "!=": ["=="],
    "&&": ["||"], "||": ["&&"], "+=": ["-="], "-=": ["+="], "*=": ["/="], "/=": ["*="], "|=": ["&="], "&=": ["|="],
    "<<": [">>"], ">>": ["<<"], "++": ["--"], "--": ["++"], "/": ["*"], "%": ["/"], "|": ["&"], "^": ["&"],
}
BINARY = {"+": ["-"], "-": ["+"], "*": ["/"], "&": ["|"]}  # also unary, or part of a type
RELATIONAL = {"<", "<=", ">", ">=", "==", "!="}
SILENT = re.compile(r"assert|static_assert|_Static_assert|log_(error|warning|info|debug|write)|sizeof|offsetof")
RELEASES = re.compile(r"(.*_)?free")  # dropped, nobody notices without a leak checker
KEYWORDS = {"return", "if", "while", "for", "switch", "do", "else", "case", "goto", "sizeof", "break", "continue"}
TYPES = {"void", "char", "int", "unsigned", "signed", "long", "short", "bool", "double", "float", "const", "static",
         "struct", "enum", "union", "extern", "inline", "volatile", "typedef"}


class Source:
    def __init__(self, text):
        self.text = text
        self.tokens = tokens_of(text)
        self.pairs = partners(self.tokens)
        self.silent = self._silent()
        self.bodies = self._bodies()

    def is_mark(self, index, *marks):
        return 0 <= index < len(self.tokens) and self.tokens[index].kind == "mark" and self.tokens[index].text in marks

    def _silent(self):
        silent = set()
        for index, token in enumerate(self.tokens):
            if token.kind == "word" and SILENT.fullmatch(token.text) and self.is_mark(index + 1, "("):
                silent.update(range(index, self.pairs.get(index + 1, index) + 1))
        return silent

    def _bodies(self):
        """The ranges of tokens that are the body of a function."""
        bodies, index = [], 0
        while index < len(self.tokens):
            if self.is_mark(index, "{"):
                if self.is_mark(index - 1, ")"):
                    bodies.append((index, self.pairs.get(index, len(self.tokens))))
                index = self.pairs.get(index, len(self.tokens))
            index += 1
        return bodies

    def part(self, first, last):
        return self.text[self.tokens[first].start:self.tokens[last].end]

    def is_binary(self, index):
        """Whether the operator has space on both sides, as clang-format writes one with two operands."""
        token = self.tokens[index]
        return self.text[token.start - 1].isspace() and self.text[token.end].isspace()

    def change(self, kind, first, last, text):
        return Mutation(kind, self.tokens[first].start, self.tokens[last].end, text)


def edge_is_the_same(source, mark):
    """Whether the relation chooses between its own two sides, as a > b ? a : b does: where they are equal, either is."""
    line = source.text[source.text.rfind("\n", 0, mark.start) + 1:source.text.find("\n", mark.end)]
    before, after = line[:line.find(mark.text)], line[line.find(mark.text) + len(mark.text):]
    chosen = re.match(r"\s*(.*?) \? (.*?) : (.*?);", after)
    sides = re.search(r"(?:return|=) (.*?)\s*$", before)
    return bool(chosen and sides) and {sides[1], chosen[1]} == {chosen[2], chosen[3]}


def operators(source):
    for index, token in enumerate(source.tokens):
        if token.kind != "mark" or index in source.silent:
            continue
        others = OPERATORS.get(token.text, [])
        if token.text in BINARY and source.is_binary(index):
            others = BINARY[token.text]
        if token.text in ("<", ">", "<=", ">=") and edge_is_the_same(source, token):
            others = [other for other in others if other[0] != token.text[0]]
        for other in others:
            kind = "relation" if token.text in RELATIONAL else "operator"
            yield source.change(kind, index, index, other)
        if token.text == "!":
            yield source.change("negation", index, index, "")


def declares_array(source, index):
    """Whether the number stands in brackets that give the size of an array: a buffer's size is nobody's promise."""
    return source.is_mark(index - 1, "[") and source.is_mark(index + 1, "]", "+") and (
        source.tokens[index - 3].kind == "word" and source.tokens[index - 3].text not in KEYWORDS
        or source.is_mark(index - 3, "*"))


def constants(source):
    for index, token in enumerate(source.tokens):
        if index in source.silent:
            continue
        if token.text in ("true", "false"):
            yield source.change("constant", index, index, "false" if token.text == "true" else "true")
        if token.kind not in ("number", "defined") or declares_array(source, index):
            continue
        number = re.fullmatch(r"(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)", token.text)
        if number:
            value = int(number[1], 0 if number[1][:2] in ("0x", "0X") else 10)
            for other in [value + 1] + ([value - 1] if value > 0 else []):
                yield source.change("constant", index, index, f"{other}{number[2]}")


def conditions(source):
    for index, token in enumerate(source.tokens):
        if token.text == "if" and token.kind == "word" and source.is_mark(index + 1, "("):
            close = source.pairs[index + 1]
            marks = {inner.text for inner in source.tokens[index + 2:close]}
            if not marks & {"&&", "||"} and (marks & RELATIONAL or source.is_mark(index + 2, "!")):
                continue  # the operator's own mutation is the same
            yield source.change("condition", index + 1, close, f"(!{source.part(index + 1, close)})")


def branches(source):
    """c ? a : b becomes c ? b : a."""
    for index in range(len(source.tokens)):
        if not source.is_mark(index, "?") or index in source.silent:
            continue
        colon, end = None, index + 1
        nested = 0
        while end < len(source.tokens) and not source.is_mark(end, ",", ";", ")", "]", "}"):
            if source.is_mark(end, "?"):
                nested += 1 if colon is None else 0
            elif source.is_mark(end, ":") and colon is None:
                if nested == 0:
                    colon = end
                else:
                    nested -= 1
            end = source.pairs.get(end, end) + 1 if source.is_mark(end, "(", "[", "{") else end + 1
        if colon is not None and colon > index + 1 and end > colon + 1:
            a, b = source.part(index + 1, colon - 1), source.part(colon + 1, end - 1)
            if a != b:
                yield source.change("branches", index + 1, end - 1, f"({b}) : ({a})")


def arguments(source):
    """Two neighboring arguments change places."""
    for first, last in source.bodies:
        for index in range(first, last):
            token = source.tokens[index]
            if token.kind != "word" or token.text in KEYWORDS | TYPES or index in source.silent:
                continue
            if not source.is_mark(index + 1, "("):
                continue
            close = source.pairs[index + 1]
            if token.text == "calloc" or (token.text.endswith("cmp") and not source.is_mark(close + 1, "<", ">")):
                continue  # the same either way round
            given = split(source, index + 2, close)
            for (a, b), (c, d) in zip(given, given[1:]):
                left, between, right = source.part(a, b), source.part(b + 1, c - 1), source.part(c, d)
                if left != right:
                    yield source.change("arguments", a, d, f"{right}{between} {left}")


def split(source, at, close):
    """The ranges of tokens between the commas from AT to the bracket CLOSE."""
    given, start = [], at
    while at < close:
        if source.is_mark(at, ","):
            given.append((start, at - 1))
            start = at + 1
        at = source.pairs[at] + 1 if source.is_mark(at, "(", "[", "{") else at + 1
    if close > start:
        given.append((start, close - 1))
    return given


def statements(source):
    """First and last token of each simple statement."""
    for first, last in source.bodies:
        index, start = first + 1, first + 1
        while index < last:
            if source.is_mark(index, "{", "}"):
                start = index + 1
            elif source.is_mark(index, ";"):
                if index > start:
                    yield start, index
                start = index + 1
            elif source.is_mark(index, "(") and source.tokens[index - 1].text in ("if", "while", "for", "switch"):
                index = source.pairs[index]
                start = index + 1
            elif source.is_mark(index, "(", "["):
                index = source.pairs[index]
            elif source.tokens[index].text in ("else", "do") or (
                    source.is_mark(index, ":") and source.tokens[start].text in ("case", "default")):
                start = index + 1
            index += 1


def is_expression(source, start, end):
    """Whether the statement is an assignment, a step or a call, and so not a declaration."""
    at = start
    while source.is_mark(at, "*", "++", "--"):
        at += 1
    if source.tokens[at].kind != "word" or source.tokens[at].text in TYPES:
        return False
    at += 1
    while at < end:
        if source.is_mark(at, "->", "."):
            at += 2
        elif source.is_mark(at, "[", "("):
            at = source.pairs[at] + 1
        else:
            break
    return at == end or source.is_mark(at, "=", "++", "--", "+=", "-=", "*=", "/=", "|=", "&=", "^=", "<<=", ">>=", "%=")


def dropped(source):
    for start, end in statements(source):
        word = source.tokens[start].text
        if start in source.silent or (RELEASES.fullmatch(word) and source.is_mark(start + 1, "(")):
            continue
        if word == "return" and end > start + 1:
            if source.part(start + 1, end - 1) not in ("0", "true", "false", "NULL"):
                yield source.change("return", start, end, "return 0;")
        elif word in ("return", "break", "continue") or (word not in KEYWORDS and is_expression(source, start, end)):
            yield source.change("statement", start, end, ";")


def mutations_of(text, sanitize=False):
    """Every mutation of TEXT in the order of its places. SANITIZE: also those that only a leak checker can notice."""
    source = Source(text)
    found = set()
    for kind in (operators, constants, conditions, branches, arguments, dropped):
        found.update(kind(source))
    if sanitize:
        for start, end in statements(source):
            if RELEASES.fullmatch(source.tokens[start].text):
                found.add(source.change("statement", start, end, ";"))
    return sorted(found, key=lambda mutation: (mutation.start, mutation.end, mutation.kind, mutation.text))


def apply(text, mutation):
    return text[:mutation.start] + mutation.text + text[mutation.end:]


def line_of(text, mutation):
    return text.count("\n", 0, mutation.start) + 1


def shown(text, mutation):
    """The lines that the mutation touches, before and after, each as one line."""
    first = text.rfind("\n", 0, mutation.start) + 1
    last = text.find("\n", mutation.end)
    last = len(text) if last < 0 else last
    before = text[first:last]
    after = text[first:mutation.start] + mutation.text + text[mutation.end:last]
    return " ".join(before.split()), " ".join(after.split())
