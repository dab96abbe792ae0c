# The command line of tools/bench.
import argparse
import pathlib

DEFAULT_IMAGE = "debian:12"
DEFAULT_WIDTHS = "1,2,4,8,16,32,auto"

EPILOG = """\
examples:
  tools/bench --scenario tools/benchmark/boots.json --html bench.html
  tools/bench --smolvm "$(command -v smolvm)" --image debian-with-ca-certificates --guests 64
Without --smolvm, or with --guest or --scenario, guests are those of the stand-in: see
docs/stand-in.md. docs/measuring.md says what is measured and how."""


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("not positive")
    return number


def widths(text):
    """[1, 2, "auto"] of "1,2,auto"."""
    listed = [word if word == "auto" else positive(word) for word in text.split(",")]
    if len(set(listed)) < len(listed):
        raise argparse.ArgumentTypeError("a width is there twice")
    return listed


def program(text):
    path = pathlib.Path(text).resolve()
    if not path.is_file():
        raise argparse.ArgumentTypeError(f"there is no file {path}")
    return path


def output(text):
    """A benchmark's hour must not end with a directory that is not there."""
    path = pathlib.Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"{path} cannot be written")
    return path


def parse(argv):
    parser = argparse.ArgumentParser(
        prog="tools/bench", epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Brings guests up at several widths, removes them, and tells how fast it was.")
    add = parser.add_argument
    add("--widths", type=widths, default=widths(DEFAULT_WIDTHS), metavar="LIST",
        help=f"guests at a time, auto: as many starts as smolfleet finds good ({DEFAULT_WIDTHS})")
    add("--guests", type=positive, default=32, metavar="N",
        help="in each run, all up at its end (32)")
    add("--repeat", type=positive, default=3, metavar="N", help="runs of each width (3)")
    add("--seed", type=int, default=1, metavar="N", help="of the order of the runs (1)")
    add("--smolvm", type=program, metavar="PATH", help="what boots the guests (the stand-in)")
    add("--smolfleet", type=program, metavar="PATH", help="what is measured (built here)")
    add("--guest", choices=("none", "sandbox"), help="the stand-in's kind of guest (none)")
    add("--scenario", type=program, metavar="FILE", help="the stand-in's latencies and faults")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--image", default=DEFAULT_IMAGE, metavar="REF",
                      help=f"with update-ca-certificates and openssl in it ({DEFAULT_IMAGE})")
    what.add_argument("--plan", type=pathlib.Path, metavar="FILE",
                      help="one plan as in a feed; each guest gets it, under a name of its own")
    add("--json", type=output, metavar="FILE", help="all that was measured, for programs")
    add("--html", type=output, metavar="FILE", help="a page with plots")
    return parser.parse_args(argv)
