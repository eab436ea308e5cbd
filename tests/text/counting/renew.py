"""Writes table.json anew: what X's own library, and Node, say of the texts in texts.py. Needs node, npm and the network.

    make counting

The tests need the table alone. Where a figure is not what our own counting says, test_length.py tells which wins.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from texts import texts

TABLE = Path(__file__).with_name("table.json")
LIBRARY = "twitter-text@3.1.0"
PROGRAM = """
const library = require("twitter-text");
const segmenter = new Intl.Segmenter("en", {granularity: "grapheme"});
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const rows = texts.map((text) => [
  library.parseTweet(text).weightedLength,
  [...segmenter.segment(text)].length,
  library.extractUrlsWithIndices(text.normalize()).map((link) => link.url),
]);
console.log(JSON.stringify({node: process.versions.node, unicode: process.versions.unicode, rows}));
"""


def main() -> None:
    """Ask, and write one text a line, in letters that every editor shows."""
    asked = list(texts())
    with tempfile.TemporaryDirectory() as folder:
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, LIBRARY]
        subprocess.run(npm, check=True, stdout=sys.stderr)
        told = subprocess.run(
            ["node", "-e", PROGRAM],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "NODE_PATH": f"{folder}/node_modules"},
        )
    answer = json.loads(told.stdout)
    rows = [
        {"text": text, "x": weight, "graphemes": graphemes, "links": links}
        for text, (weight, graphemes, links) in zip(asked, answer["rows"], strict=True)
    ]
    head = json.dumps({"library": LIBRARY, "node": answer["node"], "unicode": answer["unicode"]})
    lines = ",\n".join(json.dumps(row) for row in rows)
    TABLE.write_text(f'{{"made": {head},\n"rows": [\n{lines}\n]}}\n')
    print(f"{len(rows)} texts, Node {answer['node']} with Unicode {answer['unicode']}")


if __name__ == "__main__":
    main()
