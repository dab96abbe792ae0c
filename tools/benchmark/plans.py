# The plans that a run is fed with: one template, each guest under a name of its own.
import copy
import json
import pathlib
import subprocess

from benchmark.failure import CannotGoOn

MAKE_CA = pathlib.Path(__file__).resolve().parents[1] / "make-ca"


def make_ca(directory):
    """A CA that nobody has the key of."""
    ca = directory / "ca.pem"
    made = subprocess.run([MAKE_CA, ca], capture_output=True, text=True, check=False)
    if made.returncode:
        raise CannotGoOn(made.stderr.strip())
    return ca


def read_template(path):
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CannotGoOn(f"{path} is not one plan: {error}") from error
    if not isinstance(plan, dict) or not isinstance(plan.get("machine"), dict):
        raise CannotGoOn(f"{path} is no plan with a `machine`: only guests that smolfleet creates "
                         "can be removed after each run")
    return plan


def template(options, directory):
    if options.plan:
        return read_template(options.plan)
    return {"proxy_plan": {"ca_cert_host_path": str(make_ca(directory))},
            "machine": {"image": options.image, "net": True}}


def plan_for(template_plan, name):
    """A line of the feed."""
    return json.dumps(template_plan | {"id": name, "target": name}) + "\n"


def without_secrets(template_plan):
    """As it may be shown: the values of variables are nobody's business."""
    shown = copy.deepcopy(template_plan)
    places = [shown["machine"]] + [step.get("exec") for step in shown.get("steps") or []
                                   if isinstance(step, dict)]
    for place in places:
        if isinstance(place, dict) and isinstance(place.get("env"), dict):
            place["env"] = dict.fromkeys(place["env"], "…")
    return shown
