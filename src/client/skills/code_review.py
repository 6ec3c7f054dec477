#!/usr/bin/env python3
"""Reviews a diff: conflict markers, debug leftovers, keys, syntax errors and the like, as JSON.

Reads a unified diff from a file, from standard input (`-`), or from `git diff` with the given arguments:

    code_review.py changes.diff
    git diff main... | code_review.py -
    code_review.py --git [GIT DIFF ARGUMENTS...]      (default: HEAD, all that is not committed)

Prints {"findings": [{"file", "line", "severity", "rule", "message"}], "files": N}. Only added lines are judged;
of a .py or .json file that lies there also its syntax, and of a binary file its size.
Exit code: 0 no findings, 1 findings, 2 bad usage or no readable diff.
"""

import ast
import json
import os
import re
import subprocess
import sys

LONGEST_LINE = 200
BIG_BINARY = 1024 * 1024
LARGEST_SOURCE = 2 * 1024 * 1024

CONFLICT = re.compile(r"^(<{7} |>{7} |\|{7} |={7}$)")
SECRETS = [
    ("private key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----")),
    ("AWS access key", re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")),
    ("GitHub token", re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{50,}\b")),
    ("API key", re.compile(r"\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{24,}")),
    ("Slack token", re.compile(r"\bxox[abprs]-[A-Za-z0-9-]{20,}")),
    ("Google API key", re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b")),
    (
        "password or token",
        re.compile(
            r"(?i)\b(?:api[_-]?key|secret|token|passw(?:or)?d)\b[\"']?\s*[:=]\s*[\"']"
            r"(?=[^\"']*[0-9])(?=[^\"']*[A-Za-z])[A-Za-z0-9+/=_.-]{20,}[\"']"
        ),
    ),
]
DEBUG = [
    ((".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".vue"), re.compile(r"^\s*(?:debugger;?\s*$|console\.(?:log|debug|trace)\()")),
    ((".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs"), re.compile(r"\b(?:describe|it|test)\.only\(")),
    ((".py",), re.compile(r"^\s*(?:breakpoint\(\)|import i?pdb\b|i?pdb\.set_trace\(\))")),
    ((".rb",), re.compile(r"^\s*(?:binding\.pry|byebug)\b")),
    ((".rs",), re.compile(r"\bdbg!\(")),
    ((".php",), re.compile(r"^\s*(?:var_dump|dd)\(")),
]
TODO = re.compile(r"(?:#|//|/\*|--|<!--|;|\*)\s*(TODO|FIXME|XXX)\b(?!\s*[(:]?\s*(?:@\w|#\d|[A-Z]+-\d|https?://)|\([^)\s][^)]*\))")
# Two blanks at the end of a line mean something there.
BLANKS_COUNT = (".md", ".markdown")
# Long lines are as they should be there.
LONG_LINES = (".json", ".lock", ".svg", ".csv", ".tsv", ".md", ".markdown", ".txt", ".html", ".ipynb", ".min.js", ".min.css", ".map", ".snap")

HUNK = re.compile(r"^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class BadUsage(Exception):
    pass


def main(argv):
    try:
        text, root = read_diff(argv)
        findings, files = review(text, root)
    except BadUsage as error:
        print(f"code_review.py: {error}", file=sys.stderr)
        print("Usage: code_review.py FILE | - | --git [ARGUMENTS...]; --help says more.", file=sys.stderr)
        return 2
    findings.sort(key=lambda one: (one["file"], one["line"], one["rule"]))
    print(json.dumps({"findings": findings, "files": files}))
    return 1 if findings else 0


def read_diff(argv):
    """The diff, and the folder in which the files of the new side lie, if they do."""
    if argv and argv[0] == "--git":
        return git_diff(argv[1:] or ["HEAD"])
    if len(argv) != 1 or (argv[0].startswith("-") and argv[0] != "-"):
        raise BadUsage("Expected a diff.")
    if argv[0] == "-":
        data = sys.stdin.buffer.read()
    else:
        try:
            with open(argv[0], "rb") as file:
                data = file.read()
        except OSError as error:
            raise BadUsage(f"{argv[0]} cannot be read: {error.strerror}") from error
    return decode(data), os.getcwd()


def git_diff(arguments):
    # What a repository configures as its own diff programs is not run.
    options = ["--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/"]
    try:
        root = subprocess.run(["git", "rev-parse", "--show-toplevel"], capture_output=True, check=True)
        diff = subprocess.run(["git", "-c", "core.quotePath=false", "diff", *options, *arguments], capture_output=True, check=True)
    except OSError as error:
        raise BadUsage(f"git cannot be run: {error.strerror}") from error
    except subprocess.CalledProcessError as error:
        raise BadUsage("git says: " + decode(error.stderr).strip().split("\n")[0]) from error
    return decode(diff.stdout), decode(root.stdout).rstrip("\n")


def decode(data):
    return data.decode("utf-8", errors="replace")


def review(text, root):
    findings = []
    files = 0
    reader = DiffReader(text)
    for path, added, binary in reader.files():
        files += 1
        if binary:
            findings += big_binary(path, root)
            continue
        for number, line in added:
            findings += judge_line(path, number, line)
        if added:
            findings += syntax(path, root, {number: line for number, line in added})
    if files == 0 and text.strip():
        raise BadUsage("That is not a unified diff.")
    return findings, files


class DiffReader:
    """Goes through a unified diff by the line counts of its hunks: a removed line may look like a header."""

    def __init__(self, text):
        # Other characters that end a line for Python are part of one here.
        self.lines = [line[:-1] if line.endswith("\r") else line for line in text.split("\n")]

    def files(self):
        path, added, binary, has_hunks, old_left, new_left, number = None, [], False, False, 0, 0, 0
        for line in self.lines:
            if old_left > 0 or new_left > 0:
                kind = line[:1]
                if kind == "+":
                    added.append((number, line[1:]))
                    number, new_left = number + 1, new_left - 1
                elif kind == "-":
                    old_left -= 1
                elif kind != "\\":
                    number, old_left, new_left = number + 1, old_left - 1, new_left - 1
                continue
            hunk = HUNK.match(line)
            if hunk and path is not None:
                old_left, new_left = int(hunk.group(1) or 1), int(hunk.group(3) or 1)
                number, has_hunks = int(hunk.group(2)), True
            elif line.startswith("diff --git "):
                if path is not None:
                    yield path, added, binary
                path, added, binary, has_hunks = path_in_header(line), [], False, False
            elif line.startswith("--- ") and (has_hunks or path is None):
                if path is not None:
                    yield path, added, binary
                path, added, binary, has_hunks = "", [], False, False
            elif line.startswith("+++ "):
                path = new_path(line[4:], path)
            elif line.startswith(("Binary files ", "GIT binary patch")):
                binary = True
        if path is not None:
            yield path, added, binary


def path_in_header(line):
    match = re.search(r" b/(.*)$", line)
    return match.group(1).strip('"') if match else ""


def new_path(text, before):
    name = text.split("\t")[0].strip().strip('"')
    if name == "/dev/null":
        return before or name
    return name[2:] if name.startswith("b/") else name


def finding(path, line, severity, rule, message):
    return {"file": path, "line": line, "severity": severity, "rule": rule, "message": message}


def judge_line(path, number, line):
    lower = path.lower()
    found = []
    # Underlined headings look like the middle one.
    if CONFLICT.match(line) and not (line.startswith("=") and lower.endswith((".md", ".rst", ".txt"))):
        found.append(finding(path, number, "error", "conflict-marker", "A conflict marker is left."))
    for what, pattern in SECRETS:
        if pattern.search(line):
            # Never the text itself: a report is read by others.
            found.append(finding(path, number, "error", "secret", f"This looks like a {what}."))
            break
    for endings, pattern in DEBUG:
        if lower.endswith(endings) and pattern.search(line):
            found.append(finding(path, number, "warning", "debug-leftover", "A leftover of debugging."))
            break
    if TODO.search(line):
        found.append(finding(path, number, "note", "todo-without-owner", "A TODO names nobody and no issue."))
    if len(line) > LONGEST_LINE and not lower.endswith(LONG_LINES):
        found.append(finding(path, number, "note", "long-line", f"The line has {len(line)} characters."))
    if line != line.rstrip() and not lower.endswith(BLANKS_COUNT):
        found.append(finding(path, number, "note", "trailing-whitespace", "White space at the end of the line."))
    return found


def inside(path, root):
    """The file's real path if it lies below the root: a diff may name any path."""
    full = os.path.realpath(os.path.join(root, path))
    return full if full.startswith(os.path.realpath(root) + os.sep) and os.path.isfile(full) else None


def big_binary(path, root):
    full = inside(path, root)
    size = os.path.getsize(full) if full else 0
    if size <= BIG_BINARY:
        return []
    return [finding(path, 1, "warning", "big-binary", f"A binary file of {size // 1024} kB.")]


def syntax(path, root, added):
    """Only where the file lies there as the diff has it."""
    if not path.endswith((".py", ".json")):
        return []
    full = inside(path, root)
    if full is None or os.path.getsize(full) > LARGEST_SOURCE:
        return []
    with open(full, "rb") as file:
        data = file.read()
    lines = decode(data).split("\n")
    if any(number > len(lines) or lines[number - 1].rstrip("\r") != line for number, line in added.items()):
        return []
    try:
        if path.endswith(".py"):
            ast.parse(data)
        else:
            json.loads(data.decode("utf-8-sig"))
    except (SyntaxError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None) or 1
        message = getattr(error, "msg", None) or str(error)
        return [finding(path, line, "error", "syntax", f"Syntax error: {message}")]
    return []


if __name__ == "__main__":
    if sys.argv[1:] in (["--help"], ["-h"]):
        print(__doc__)
        sys.exit(0)
    sys.exit(main(sys.argv[1:]))
