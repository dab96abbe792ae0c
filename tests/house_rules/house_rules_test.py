#!/usr/bin/env python3
# Every rule of tools/house-rules fires on a small tree that breaks it, at the right line, and none
# on a tree that keeps them all.
import pathlib
import subprocess
import sys
import tempfile

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "house-rules"
HEADER = "// A header.\n#pragma once\n"

# Asio, JSON and OpenSSL where they belong, and forbidden words where they are only talked about.
GOOD = {
    "include/smolfleet/core/asio.hpp": HEADER + "#include <asio.hpp>\n",
    "include/smolfleet/ca/inspect.hpp": HEADER + '#include "smolfleet/plan/plan.hpp"\n',
    "include/smolfleet/plan/plan.hpp": HEADER,
    "src/ca/inspect.cpp": """// Reads PEM.
#include "smolfleet/ca/inspect.hpp"
#include <openssl/x509.h>
// Never system("x") and never asio::detached.
const char* s = "sleep(1); co_spawn";
char quote = '"';
""",
    "src/ca/more.cpp": '// The other half.\n#include "smolfleet/ca/inspect.hpp"\n',
    "src/ca/meson.build": "sources += files('inspect.cpp')\n",
    "src/plan/parse.cpp": "// Lines to plans.\n#include <nlohmann/json.hpp>\n",
    "src/plan/parse.hpp": HEADER,
    "src/cli/main.cpp": "// The program.\nint main() { co_spawn(loop, root(), done); }\n",
    "src/core/scope.cpp": "// Owns tasks.\nvoid f() { co_spawn(e, g, h); clock.sleep_until(t); }\n",
    "src/core/scope.hpp": HEADER,
    "tests/plan/parse_test.cpp": "// Reads good and bad lines.\n",
    "tools/hello": "#!/bin/sh\n# Says hello.\necho hello\n",
    "tools/data.json": "{}\n",
}

# (rule, the file that breaks it, its text, the line of the complaint)
BAD = [
    ("a room may not include a higher floor", "src/core/scope.cpp",
     '// X.\n#include "smolfleet/fleet/feed.hpp"\n', 2),
    ("a room may not include a neighbour on its floor", "src/ca/inspect.cpp",
     '// X.\n#include "smolfleet/driver/smolvm.hpp"\n', 2),
    ("Asio is included in one header", "src/ca/inspect.cpp", "// X.\n#include <asio/post.hpp>\n", 2),
    ("the stand-in too gets Asio there", "tools/x/main.cpp", "// X.\n#include <asio.hpp>\n", 2),
    ("JSON stays out of the fleet", "include/smolfleet/fleet/feed.hpp",
     HEADER + "#include <nlohmann/json_fwd.hpp>\n", 3),
    ("OpenSSL stays out of headers", "include/smolfleet/ca/inspect.hpp",
     HEADER + "#include <openssl/x509.h>\n", 3),
    ("prometheus-cpp stays in the metrics' sources", "include/smolfleet/metrics/page.hpp",
     HEADER + "#include <prometheus/registry.h>\n", 3),
    ("nothing is detached", "tests/plan/parse_test.cpp", "// X.\nauto t = asio::detached;\n", 2),
    ("only scopes spawn", "src/ca/inspect.cpp", "// X.\nvoid f() { co_spawn(e, g, h); }\n", 2),
    ("the command line spawns once", "src/cli/main.cpp", "// X.\nco_spawn(a);\nco_spawn(b);\n", 3),
    ("nothing sleeps", "src/ca/inspect.cpp", "// X.\nvoid f() { ::usleep(3); }\n", 2),
    ("no thread sleeps", "src/ca/inspect.cpp",
     "// X.\nvoid f() { std::this_thread::sleep_for(x); }\n", 2),
    ("nothing goes through a shell", "src/ca/inspect.cpp",
     "// X.\nint f() { return std::system(p); }\n", 2),
    ("a source says what it is for", "src/plan/parse.cpp", "int f();\n", 1),
    ("a script says what it is for", "tools/hello", "#!/bin/sh\necho hello\n", 2),
    ("an empty file says nothing", "src/plan/parse.cpp", "", 1),
    ("headers have a guard", "src/plan/parse.hpp", "// X.\n", 1),
    ("files stay short", "src/plan/parse.cpp", "// X.\n" + "\n" * 500, 501),
    ("a source has its header", "src/plan/loose.cpp", "// X.\n", 1),
    ("a test names what it tests", "tests/ca/other_test.cpp", "// X.\n", 1),
    ("a room has a floor", "src/attic/box.cpp", "// X.\n", 1),
]


def complaints(files):
    with tempfile.TemporaryDirectory() as directory:
        for name, text in files.items():
            path = pathlib.Path(directory, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, SCRIPT, directory], capture_output=True, text=True)
    assert done.returncode == (1 if done.stdout else 0), done
    return done.stdout.splitlines()


def main():
    wrong = []
    if said := complaints(GOOD):
        wrong.append(f"a good tree is refused: {said}")
    for rule, path, text, line in BAD:
        said = complaints(GOOD | {path: text})
        if len(said) != 1 or not said[0].startswith(f"{path}:{line}: "):
            wrong.append(f"{rule}: expected one complaint at {path}:{line} and got {said}")
    print("\n".join(wrong) or f"{len(BAD)} rules fire")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
