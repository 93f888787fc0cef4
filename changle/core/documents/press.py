"""Run as a program: compile one typst file to one PDF within bounds. It imports none of ours."""

import resource
import sys
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst


SECONDS = 110
MEMORY = 4 * 1024 * 1024 * 1024  # of addresses, most of them never touched


def main(source: str, target: str, tagged: str) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    fonts = Path(pylopdf_fonts_zh_cn.serif_path()).parent
    # Fonts of the system are asked last, for letters so rare that ours have none.
    typst.compile(
        source,
        output=target,
        root=str(Path(source).parent),
        font_paths=[str(fonts)],
        format="pdf",
        pdf_tags=tagged == "tagged",
    )


if __name__ == "__main__":
    main(*sys.argv[1:4])
