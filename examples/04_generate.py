"""Talk with a model, and watch it answer.

Run it as ``python examples/04_generate.py [QUESTION ...]``; each question goes on where the last answer ended.
"""

from __future__ import annotations

import sys

import hfkit

QUESTIONS = ["What is the capital of France?", "And of Germany?"]


def main(questions: list[str]) -> None:
    chat: list[hfkit.Message] = []

    with hfkit.Generate(max_new_tokens=40) as generate:
        for question in questions:
            print(f"> {question}")
            chat.append(hfkit.Message("user", question))
            answer = ""
            for piece in generate.stream(chat):  # as it is written, never half a character
                answer += piece
                print(piece, end="", flush=True)
            print()
            chat.append(hfkit.Message("assistant", answer))

        print(f"by {generate.source.model} on {generate.source.backend}")


if __name__ == "__main__":
    main(sys.argv[1:] or QUESTIONS)
