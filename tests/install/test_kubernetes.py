"""The manifests for Kubernetes in the documentation: parsed, held to what the page says of them, and their command run."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from cronsim import CronSim

from .dockerfile import ROOT, instructions

PAGE = (ROOT / "docs" / "running.md").read_text(encoding="utf-8")
DOCUMENTS: list[dict[str, Any]] = [
    document
    for block in re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for document in yaml.safe_load_all(block)
]
BY_KIND = {document["kind"]: document for document in DOCUMENTS}
CRON = BY_KIND["CronJob"]["spec"]
CRON_POD = CRON["jobTemplate"]["spec"]["template"]["spec"]
DAEMON = BY_KIND["Deployment"]["spec"]
DAEMON_POD = DAEMON["template"]["spec"]
PODS = pytest.mark.parametrize("pod", [CRON_POD, DAEMON_POD], ids=["CronJob", "Deployment"])
USER = int(next(rest for name, rest in instructions() if name == "USER").split(":")[0])


def test_one_job_at_a_time_and_none_is_tried_again() -> None:
    """feedsync knows itself when a run that failed is due again."""
    assert CRON["concurrencyPolicy"] == "Forbid"
    assert CRON["jobTemplate"]["spec"]["backoffLimit"] == 0
    assert CRON_POD["restartPolicy"] == "Never"
    assert CRON["startingDeadlineSeconds"] >= 60, "less is never met by a controller that looks every ten seconds"
    assert next(CronSim(CRON["schedule"], datetime(2026, 1, 1)))


def test_one_daemon_at_a_time() -> None:
    assert (DAEMON["replicas"], DAEMON["strategy"]["type"]) == (1, "Recreate")
    (container,) = DAEMON_POD["containers"]
    grace = int(container["args"][container["args"].index("--grace") + 1])
    assert DAEMON_POD["terminationGracePeriodSeconds"] > grace
    port = next(rest for name, rest in instructions() if name == "EXPOSE")
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": int(port)}


@PODS
def test_a_pod_has_no_rights_and_writes_only_its_state(pod: dict[str, Any]) -> None:
    assert pod["securityContext"] == {
        "runAsNonRoot": True, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER,
        "seccompProfile": {"type": "RuntimeDefault"},
    }  # fmt: skip
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip
    mounts = {mount["mountPath"]: mount for mount in container["volumeMounts"]}
    assert {path for path, mount in mounts.items() if not mount.get("readOnly")} == {"/state", "/tmp"}
    assert {mount["name"] for mount in mounts.values()} == {volume["name"] for volume in pod["volumes"]}
    claims = [v["persistentVolumeClaim"]["claimName"] for v in pod["volumes"] if "persistentVolumeClaim" in v]
    assert claims == [BY_KIND["PersistentVolumeClaim"]["metadata"]["name"]]


def test_only_one_machine_has_the_state() -> None:
    assert BY_KIND["PersistentVolumeClaim"]["spec"]["accessModes"] == ["ReadWriteOnce"]


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (3, 0), (4, 0), (1, 1), (2, 2), (5, 5), (143, 143)])
def test_rejected_and_held_are_success(tmp_path: Path, code: int, ends: int) -> None:
    (container,) = CRON_POD["containers"]
    program = tmp_path / "feedsync"
    program.write_text(f'#!/bin/sh\necho "$@"\nexit {code}\n')
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(container["command"], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (ends, "run --due\n")
