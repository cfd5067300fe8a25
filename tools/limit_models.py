"""Write into a shipped model's card when it says "unknown": weights and compiled network stay as they are.

    .venv/bin/python -m tools.limit_models resources/models/commands12.safetensors 0.62 "That refuses 5 % of ..."

The limit is that of `classifier.rejection`, chosen on clips that a network trained in the same way had not learnt from.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from desktop_app.audio.atomic import replacing
from desktop_app.classifier import onnx_file
from desktop_app.classifier.card import ModelCard, card_to_json, read_card
from desktop_app.classifier.engines.engine import compiled_path, fingerprint
from desktop_app.classifier.library import with_card
from desktop_app.classifier.rejection import Rejection
from desktop_app.errors import UserError
from tools.shipping import write_page


def set_rejection(weights: Path, rejection: Rejection | None) -> ModelCard:
    """Write a limit into the card of a model and of the compiled model beside it, and return the card."""
    card = replace(read_card(weights), rejection=rejection)
    compiled, before = compiled_path(weights), fingerprint(weights)
    said = onnx_file.read_metadata(compiled) if compiled.is_file() else {}
    with replacing(weights) as file:
        file.write(with_card(weights, card))
    if said.get(onnx_file.SOURCE_KEY) == before:
        ours = {key: text for key, text in said.items() if key.startswith(onnx_file.OURS)}
        ours |= {onnx_file.SOURCE_KEY: fingerprint(weights), onnx_file.CARD_KEY: card_to_json(card)}
        content = onnx_file.with_metadata(compiled.read_bytes(), ours)
        with replacing(compiled) as file:
            file.write(content)
    return card


def main() -> None:
    """Limit one model and write its page anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("limit", type=float)
    parser.add_argument("how", help="what it was measured to do, in a sentence")
    chosen = parser.parse_args()
    try:
        card = set_rejection(chosen.model, Rejection(chosen.limit, chosen.how))
    except UserError as reason:
        sys.exit(str(reason))
    write_page(card, chosen.model.parent)
    print(f"{chosen.model}: {Rejection(chosen.limit).sentence}")


if __name__ == "__main__":
    main()
