# tools/bench: from the command line to the report, and nothing is left behind on any way out.
import json
import pathlib
import shutil
import signal
import sys
import tempfile

from benchmark import campaign, host, options as command_line, plans, programs, report, tables
from benchmark.campaign import note
from benchmark.failure import CannotGoOn, Interrupted
from benchmark.fleet import Fleet


def on_signal(number, _frame):
    note("interrupted; removing what was made. Once more leaves sooner")
    raise Interrupted(number)


def listen():
    """To what ends us, but not to what nohup, or a shell in its background, has us ignore."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, on_signal)


def write_files(told, options):
    if options.json:
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if options.html:
        from benchmark import page  # needs matplotlib, which only this is installed for
        options.html.write_text(page.render(told), encoding="utf-8")


def show(told):
    for table in [tables.machine(told), *tables.all_tables(told)]:
        print(f"{tables.as_text(table)}\n")
    print("makespan: wall time against the best possible schedule of the same commands;\n"
          "waiting: for a turn, mostly to create; own: of smolfleet without its children")


def measure(fleet, described, options, argv):
    """The report. What guests it leaves, clean_up() removes."""
    machine = host.describe()
    warnings = list(report.warnings_of(options, machine))
    for warning in warnings:
        note(f"warning: {warning}")
    measured = campaign.all_runs(fleet, options)
    fleet.take_all_down()
    settings = report.settings_of(options, fleet.template, argv)
    return report.make(machine, described, settings, warnings, measured, list(fleet.there))


def clean_up(directory, fleet):
    """Once more for what is left. The stand-in's guests need the directory as long as they live."""
    try:
        if fleet:
            fleet.take_all_down()
    finally:
        if fleet and fleet.there:
            note(fleet.advice_on_rest())
        else:
            shutil.rmtree(directory)


def measure_in(directory, options, argv):
    fleet = None
    try:
        found = programs.find(options, directory)
        described = programs.describe(found)
        fleet = Fleet(found, plans.template(options, directory), directory)
        return measure(fleet, described, options, argv)
    finally:
        clean_up(directory, fleet)


def run(argv):
    options = command_line.parse(argv)
    if options.html:
        programs.need_matplotlib()
    told = measure_in(pathlib.Path(tempfile.mkdtemp(prefix="bench.")), options, argv)
    show(told)
    write_files(told, options)
    return 1 if told["left_behind"] else 0


def main():
    listen()
    try:
        return run(sys.argv[1:])
    except CannotGoOn as failure:
        note(failure)
        return 1
    except Interrupted as ended:
        return 128 + ended.args[0]
