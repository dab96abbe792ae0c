# tools/bench: from the command line to the report, and nothing is left behind on any way out.
import json
import pathlib
import shutil
import signal
import sys
import tempfile

from benchmark import campaign, host, options as command_line, plans, programs, report, tables
from benchmark.campaign import note
from benchmark.failure import CannotGoOn
from benchmark.fleet import Fleet


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP, which are to clean up as Ctrl-C does."""


def on_signal(number, _frame):
    raise Terminated(number)


def write_files(told, options):
    if options.json:
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    if options.html:
        from benchmark import page  # needs matplotlib, which only this is installed for
        options.html.write_text(page.render(told), encoding="utf-8")


def show(told):
    for table in [tables.machine(told), *tables.all_tables(told)]:
        print(f"{tables.as_text(table)}\n")
    print("makespan: wall time against the best possible schedule of the same commands, 1.00 at best;\n"
          "waiting: for a turn, mostly to create; own: of smolfleet without its children")


def measure(options, argv, directory, fleets):
    found = programs.find(options, directory)
    described = programs.describe(found)
    template = plans.template(options, directory)
    machine = host.describe()
    warnings = list(report.warnings_of(options, machine))
    for warning in warnings:
        note(f"warning: {warning}")
    fleet = Fleet(found, template, directory)
    fleets.append(fleet)
    measured = campaign.all_runs(fleet, options, found)
    return report.make(machine, described, report.settings_of(options, template, argv), warnings,
                       measured)


def clean_up(directory, fleets):
    """Whether nothing is left. Another Ctrl-C leaves at once."""
    for fleet in fleets:
        try:
            fleet.take_all_down()
        except KeyboardInterrupt:
            pass
        if fleet.there:
            note(fleet.advice_on_rest())
            return False
    shutil.rmtree(directory)
    return True


def measure_and_clean_up(options, argv):
    """(report, whether nothing is left)"""
    directory, fleets = pathlib.Path(tempfile.mkdtemp(prefix="bench.")), []
    try:
        told = measure(options, argv, directory, fleets)
    except KeyboardInterrupt:
        note("interrupted; removing what was made, once more leaves at once")
        clean_up(directory, fleets)
        raise
    except BaseException:
        clean_up(directory, fleets)
        raise
    return told, clean_up(directory, fleets)


def run(argv):
    options = command_line.parse(argv)
    if options.html:
        programs.need_matplotlib()
    told, clean = measure_and_clean_up(options, argv)
    show(told)
    write_files(told, options)
    return 0 if clean else 1


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_signal)
    try:
        return run(sys.argv[1:])
    except CannotGoOn as failure:
        note(failure)
        return 1
    except Terminated as ended:
        return 128 + ended.args[0]
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
