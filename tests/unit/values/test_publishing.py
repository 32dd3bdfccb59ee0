"""The values of Publish: settings, secrets, plans and what was published."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

import hfkit
from hfkit.errors import SettingError
from hfkit.values.publish_plan import FileChange, PublishFinding, PublishPlan
from hfkit.values.publish_result import Publication, Verification
from hfkit.values.publish_secrets import FoundSecret, find_secrets, without_secrets
from hfkit.values.publish_settings import PublishSettings

# Put together here, or a search for secrets would find this file.
SECRETS = {
    "Hugging Face token": ["hf_" + "aB3" * 12, "hf_oauth_" + "aB3" * 12, "api_org_" + "aB" * 17],
    "AWS key": ["AKIA" + "A1B2C3D4" * 2],
    "GitHub token": ["ghp_" + "aB3" * 12, "github_pat_" + "aB3_" * 14],
    "GitLab token": ["glpat-" + "aB3-" * 5],
    "Google key": ["AIza" + "aB3-_" * 7],
    "Slack token": ["xoxb-" + "1234567890-" * 3],
    "model provider's key": ["sk-" + "aB3d" * 10, "sk-proj-" + "aB3_" * 10, "sk-ant-api03-" + "aB3_" * 10],
    "private key": ["-----BEGIN " + "RSA PRIVATE KEY-----", "-----BEGIN " + "PRIVATE KEY-----"],
}

CHANGES = (
    FileChange("a.txt", "added", 5, "aa", "regular"),
    FileChange("b.bin", "changed", 1_000_000, "bb", "lfs"),
    FileChange("c.txt", "unchanged", 1, "cc", "regular"),
    FileChange("d.txt", "deleted", 7, "", "regular"),
)
FINDINGS = (
    PublishFinding(kind="pickle", severity="error", path="b.bin", message="it is a pickle", hint="no"),
    PublishFinding(kind="no_license", severity="warning", message="there is no license", hint="set one"),
)
PLAN = PublishPlan(
    repository="me/model",
    kind="model",
    branch="main",
    parent="0123456789abcdef",
    folder="/models/one",
    files=CHANGES,
    kept=("e.txt",),
    card="# A\n",
    card_difference="--- README.md\n+++ README.md\n@@ -1 +1,2 @@\n-# Z\n+# A\n+\n",
    findings=FINDINGS,
    settings="Publish('me/model')",
)
DONE = Publication(
    repository="me/model",
    kind="model",
    url="https://hub/me/model/commit/abc",
    commit="fedcba9876543210",
    parent="0123456789abcdef",
    pull_request=None,
    tag="v1",
    files=CHANGES,
    bytes=1_000_005,
    card=None,
    verified=Verification(files=3, bytes=1_000_006, verb="Classify", probes=1),
)


@pytest.mark.parametrize(("kind", "secret"), [(kind, one) for kind, all_ in SECRETS.items() for one in all_])
def test_a_secret_is_found_where_it_stands(kind: str, secret: str) -> None:
    assert find_secrets(f"first\nkey = '{secret}'\nlast") == (FoundSecret(kind, 2),)
    assert find_secrets(f"{secret}\n\n{secret}") == (FoundSecret(kind, 1), FoundSecret(kind, 3))


@pytest.mark.parametrize(
    "text",
    [
        "hf_hub_download(repo_id)",
        "hf_transfer",
        "a sha256 of " + "0123456789abcdef" * 4,
        "task-" + "a" * 40,
        "risk-" + "aB3d" * 10,
        "-----BEGIN CERTIFICATE-----",
        "AKIAWORDS",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert find_secrets(text) == ()


@pytest.mark.parametrize("setting", ["message", "tag", "branch", "license", "endpoint", "ignore", "delete"])
def test_no_setting_holds_a_secret_and_no_error_shows_it(setting: str) -> None:
    secret = SECRETS["Hugging Face token"][0]
    value = (secret,) if setting in ("ignore", "delete") else f"with {secret}"
    with pytest.raises(SettingError) as caught:
        PublishSettings("me/model", **{setting: value})  # type: ignore[arg-type]
    assert caught.value.message == (
        f"{setting} holds a Hugging Face token, must hold none: what is published can be read by others"
    )
    assert secret not in str(caught.value) + repr(caught.value)


@pytest.mark.parametrize(("kind", "secret"), [(kind, one) for kind, all_ in SECRETS.items() for one in all_])
def test_what_is_shown_holds_no_secret(kind: str, secret: str) -> None:
    if kind == "private key":
        for end in ("", f"\n{secret.replace('BEGIN', 'END')}"):
            assert without_secrets(f"key: {secret}\nMIIEvQ{end}") == f"key: [{kind}]"
    else:
        assert without_secrets(f"key: {secret}.yZ-1, and\n{secret}") == f"key: [{kind}], and\n[{kind}]"


TOKEN = SECRETS["Hugging Face token"][0]


@pytest.mark.parametrize(
    "use",
    [
        hfkit.Answer,
        hfkit.Classify,
        hfkit.Embed,
        hfkit.Evaluate,
        hfkit.Generate,
        hfkit.Quantize,
        hfkit.Summarize,
        hfkit.Table.load,
        hfkit.Tag,
        hfkit.Tokenize,
        hfkit.Translate,
        hfkit.Tune,
        lambda name: hfkit.lock("never", models=[name]),
        lambda name: hfkit.lock("never", datasets=[name]),
        lambda name: hfkit.Classify("org/model").with_(model=name),
    ],
)
@pytest.mark.parametrize("name", [TOKEN, f"org/model@{TOKEN}", f"https://me:{TOKEN}@hub.example/org/model"])
def test_no_name_holds_a_token_and_no_error_shows_it(use: Callable[[str], object], name: str) -> None:
    """People paste addresses with a token in them, as git takes them."""
    with pytest.raises(SettingError) as caught:
        use(name)
    assert "holds a Hugging Face token, must be a name alone" in caught.value.message
    assert TOKEN not in repr(caught.value) + str(pickle.dumps(caught.value))


def test_no_repository_holds_a_secret() -> None:
    with pytest.raises(SettingError) as caught:
        PublishSettings(f"https://me:{SECRETS['GitHub token'][0]}@hub/model")
    assert "ghp_" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"repository": "model"}, "repository is 'model', must be 'owner/name'"),
        ({"repository": "a/b/c"}, "repository is 'a/b/c', must be 'owner/name'"),
        ({"repository": 3}, "repository is 3, must be 'owner/name'"),
        ({"repository": "a/b--c"}, "repository is 'a/b--c', must be 'owner/name'"),
        ({"repository": "a/b.git"}, "repository is 'a/b.git', must be 'owner/name'"),
        ({"repository": "a/" + "b" * 97}, "repository is 'a/bbb"),
        ({"repository": "é/b"}, "repository is 'é/b', must be 'owner/name'"),
        ({"tag": "my tag"}, "tag is 'my tag', must be a name that git allows"),
        ({"tag": "a..b"}, "tag is 'a..b', must be a name that git allows"),
        ({"branch": "-x"}, "branch is '-x', must be a name that git allows"),
        ({"endpoint": "hub:80"}, "endpoint is 'hub:80', must be the address of a hub alone"),
        ({"endpoint": "http://me:pass@hub"}, "endpoint is an address with a name in it, must be the address"),
        ({"kind": "models"}, "kind 'models' is not one of ('model', 'dataset', 'space')"),
        ({"readme": "mine"}, "readme 'mine' is not one of ('repository', 'folder')"),
        ({"private": 1}, "private is 1, must be bool"),
        ({"tag": ""}, "tag is empty, must be a name"),
        ({"branch": ""}, "branch is empty, must be a name"),
        ({"delete": "*.bin"}, "delete is '*.bin', must be a tuple of texts"),
        ({"accept": ("pickles",)}, "accept 'pickles' is not one of ("),
        ({"accept": ("invalid_card",)}, "accept is 'invalid_card', which no hub accepts"),
        ({"reports": ("one",)}, "reports is 'one', must be Report"),
        ({"reports": "one"}, "reports is 'one', must be tuple"),
        ({"attempts": 0}, "attempts is 0, must be a whole number, at least 1"),
        ({"runtime": None}, "runtime is None, must be Runtime"),
        ({"tag": "v1", "pull_request": True}, "tag is 'v1' with pull_request=True, must be None then"),
    ],
)
def test_a_bad_setting_is_refused_where_it_is_written(settings: dict[str, object], message: str) -> None:
    with pytest.raises(SettingError) as caught:
        PublishSettings(**{"repository": "me/model"} | settings)  # type: ignore[arg-type]
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize("name", ["main", "v1.0", "refs/pr/3", "a", "mine/of-today", "été"])
def test_what_git_allows_names_a_branch_and_a_tag(name: str) -> None:
    assert PublishSettings("me/_my.model-1", branch=name, tag=name, endpoint="http://hub:80/on/").tag == name


def test_settings_are_a_value() -> None:
    publish = hfkit.Publish("me/model", private=True, accept=("pickle",))
    assert repr(publish) == "Publish('me/model', private=True, accept=('pickle',))"
    assert pickle.loads(pickle.dumps(publish)) == publish
    assert publish.with_(private=False, accept=()) == hfkit.Publish("me/model")


def test_a_plan_reads_as_what_would_be_done() -> None:
    assert str(PLAN) == (
        "me/model (model), main at 0123456789ab, from /models/one\n"
        "added     1 file, 5 bytes\n"
        "  + a.txt, 5\n"
        "changed   1 file, 1,000,000 bytes\n"
        "  ~ b.bin, 1,000,000 in LFS\n"
        "deleted   1 file, 7 bytes\n"
        "  - d.txt, 7\n"
        "unchanged 1 file\n"
        "kept      1 file that the folder does not have\n"
        "card      2 lines more, 1 less: see card_difference\n"
        "error     it is a pickle\n"
        "          no\n"
        "warning   there is no license\n"
        "          set one"
    )
    many = tuple(FileChange(f"{number:02}", "added", 1, "a", "regular") for number in range(20))
    told = str(replace(PLAN, parent=None, files=many, kept=(), card_difference="", findings=()))
    assert told.startswith("me/model (model), main at a repository that will be made, from /models/one\n")
    assert "  + 11, 1\n  … 8 files more\nunchanged 0 files" in told


def test_a_plan_knows_its_parts() -> None:
    assert (PLAN.added, PLAN.changed, PLAN.unchanged, PLAN.deleted) == tuple((one,) for one in CHANGES)
    assert PLAN.upload_bytes == 1_000_005
    assert PLAN.errors == FINDINGS[:1]
    assert json.loads(json.dumps(PLAN.to_dict()))["files"][1]["storage"] == "lfs"


def test_a_digest_is_of_what_changes_where() -> None:
    same = replace(PLAN, folder="/elsewhere", findings=(), files=(*CHANGES[:2], CHANGES[3]))
    assert same.digest == PLAN.digest
    for other in (
        replace(PLAN, parent=None),
        replace(PLAN, branch="next"),
        replace(PLAN, files=CHANGES[1:]),
        replace(PLAN, files=(replace(CHANGES[0], sha256="ab"), *CHANGES[1:])),
    ):
        assert other.digest != PLAN.digest


def test_what_was_published_reads_as_such() -> None:
    assert str(DONE) == (
        "me/model, commit fedcba987654: 2 files, 1,000,005 bytes\n"
        "https://hub/me/model/commit/abc\n"
        "tagged v1\n"
        "3 files, 1,000,006 bytes fetched and the same; Classify gives the same on 1 probe"
    )
    bare = replace(DONE, tag=None, verified=None, pull_request=4)
    assert str(bare) == (
        "me/model, pull request 4: 2 files, 1,000,005 bytes\nhttps://hub/me/model/commit/abc"
    )
    assert str(Verification(files=1, bytes=1)) == "1 file, 1 byte fetched and the same"
    assert DONE.reference == "me/model@fedcba9876543210"
    assert json.loads(DONE.to_json(indent=1)) == json.loads(json.dumps(DONE.to_dict()))
