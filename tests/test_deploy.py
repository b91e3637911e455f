"""What ships the shop: its image, its compose file and the rest of deploy/, as far as reading tells."""

import fnmatch
import json
import os
import re
import secrets
import shutil
import stat
import subprocess
import sys

import pytest
import yaml

from tests.databases import FILES, migrated
from tests.front import running_front
from tests.servers import free_port
from tests.shop_server import ROOT, environment_of

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
OURS = {name for name, service in SERVICES.items() if "build" in service and name != "front"}
ONE_OFF = {"migrate", "bucket", "backup"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXAMPLE = (ROOT / "deploy" / "production.env.example").read_text()
START = (ROOT / "deploy" / "start").read_text()


def known_variables():
    """What the settings read, what boto3 reads by itself, and what deploy/start reads."""
    code = "".join(part.read_text() for part in (ROOT / "ecommerce" / "settings").glob("*.py"))
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', code))
    return read | {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} | set(re.findall(r"\$\{(\w+):=", START))


def test_everything_is_there_and_has_an_image():
    assert set(SERVICES) == {
        "front", "web", "worker", "beat", "migrate", "backup", "mysql", "mongo", "redis", "minio", "bucket",
        "mailpit",
    }  # fmt: skip
    for name, service in SERVICES.items():
        image = service["image"]
        assert "build" in service or re.search(r":[\w.-]+$", image), f"{name} has no version"
        assert not image.endswith(":latest")


def test_every_service_that_stays_is_asked_whether_it_is_well():
    for name, service in SERVICES.items():
        if name in ONE_OFF:
            assert service["restart"] == "no" and service["healthcheck"] == {"disable": True}, name
        else:
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name


def test_everybody_waits_for_what_they_need():
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            once = "service_completed_successfully"
            assert how["condition"] == (once if needed in ONE_OFF else "service_healthy"), (name, needed)
            assert needed in SERVICES
    for name in ("web", "worker", "beat"):
        assert {"migrate", "mysql", "mongo", "redis"} <= SERVICES[name]["depends_on"].keys()
    assert {"mysql", "mongo", "bucket"} <= SERVICES["migrate"]["depends_on"].keys()
    assert SERVICES["front"]["depends_on"]["web"]["restart"]


def test_every_variable_is_one_that_the_shop_reads():
    for name in OURS:
        assert not SERVICES[name]["environment"].keys() - known_variables(), name
    front = set(re.findall(r'"\$\{(\w+):=', (ROOT / "deploy" / "nginx" / "start").read_text()))
    assert not SERVICES["front"]["environment"].keys() - front


def test_the_example_has_variables_that_somebody_reads():
    named = set(re.findall(r"^#?([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))
    in_compose = set(re.findall(r"\$\{([A-Z0-9_]+)", (ROOT / "compose.yaml").read_text()))
    assert not named - known_variables() - in_compose
    # No value of it is a secret, and a shop started with it as it is is refused.
    for secret in re.findall(r"^(\w*(?:SECRET|PASSWORD)\w*)=(.*)$", EXAMPLE, re.MULTILINE):
        assert secret[1] == "", secret


def test_a_shop_with_the_example_says_what_is_missing(tmp_path):
    values = dict(re.findall(r"^([A-Z0-9_]+)=(.*)$", EXAMPLE, re.MULTILINE))
    environment = environment_of(tmp_path, **(values | {"SHOP_DEMO": "0", "AWS_S3_CUSTOM_DOMAIN": ""}))
    environment |= {"SECRET_KEY": values["SECRET_KEY"], "PATH": _path()}
    done = subprocess.run(
        [ROOT / "deploy" / "start", "migrate"], env=environment, capture_output=True, text=True
    )
    assert done.returncode and "SECRET_KEY is not set" in done.stderr
    assert not (tmp_path / "shop.sqlite3").exists()


def test_only_the_front_can_be_reached_from_outside():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.keys() == {"front", "mailpit"}
    assert published["mailpit"][0].startswith("127.0.0.1:")
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("mysql", "mongo", "redis", "minio", "bucket"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_what_must_last_is_in_a_named_volume():
    for name in ("mysql", "mongo", "redis", "minio"):
        volume, _, _ = SERVICES[name]["volumes"][0].partition(":")
        assert volume in COMPOSE["volumes"]


def test_our_containers_may_do_little():
    for name in OURS | {"front"}:
        service = SERVICES[name]
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    users = re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)
    assert users == ["10001", "10001"]


def test_there_is_time_to_finish():
    grace = int(re.search(r"WEB_GRACE:=(\d+)", START)[1])
    for name in ("web", "worker", "front"):
        assert int(SERVICES[name]["stop_grace_period"].removesuffix("s")) > grace
    for unit in (ROOT / "deploy" / "systemd").glob("*.service"):
        if "Type=oneshot" not in unit.read_text():
            assert int(re.search(r"TimeoutStopSec=(\d+)", unit.read_text())[1]) > grace


def test_pictures_are_public_and_nothing_else():
    policy = json.loads((ROOT / "deploy" / "minio" / "public-media.json").read_text())
    [statement] = policy["Statement"]
    assert statement["Action"] == ["s3:GetObject"]
    assert statement["Resource"] == ["arn:aws:s3:::@BUCKET@/media/*"]


def test_scripts_can_be_run_and_are_sh():
    for path in ("deploy/start", "deploy/nginx/start", "script/backup", "script/restore"):
        assert (ROOT / path).stat().st_mode & stat.S_IXUSR
        subprocess.run(["sh", "-n", ROOT / path], check=True)
    subprocess.run(["sh", "-n", ROOT / "deploy" / "minio" / "make-bucket"], check=True)


def test_no_secret_gets_into_the_image():
    for name in (
        ".env",
        "production.env",
        "deploy/production.env",
        "var/secret-key",
        ".git/config",
        "catalog/.env",
    ):
        assert not _is_in_image(name), name
    assert not re.search(r"^(ARG|ENV).*(SECRET|PASSWORD|TOKEN)", DOCKERFILE, re.MULTILINE)


@pytest.mark.server
def test_what_is_in_the_image_is_a_whole_shop(tmp_path):
    """The files that .dockerignore lets through, and the steps of the Dockerfile on them."""
    image, data = tmp_path / "image", tmp_path / "data"
    data.mkdir()
    for name in FILES.values():  # migrating is tested elsewhere, and takes long
        shutil.copyfile(migrated() / name, data / name)
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True)
    for name in filter(_is_in_image, tracked.stdout.splitlines()):
        (image / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, image / name)
    public = image / "public"
    environment = environment_of(
        data, SHOP_DEMO="0", SITE_URL="https://shop.example", PATH=_path(),
        SECRET_KEY=secrets.token_urlsafe(50),
        STATIC_ROOT=str(public / "static"), SMS_URL="https://token@sms.example/messages",
    )  # fmt: skip
    del environment["DJANGO_ALLOW_ASYNC_UNSAFE"]  # for the browser's driver, in this process only

    def run(*arguments):
        done = subprocess.run([image / "deploy" / "start", *arguments], env=environment, capture_output=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.decode()

    run("collectstatic", "--noinput", "--verbosity", "0")
    assert list(public.glob("static/css/shop.*.css.br")) and not (data / "static").exists()
    said = run("migrate")
    assert said.count("No migrations to apply") == 2 and "rates of" in said
    run("sweep")


@pytest.mark.server
def test_nginx_takes_the_example_of_tls(tmp_path):
    """`nginx -t` on all of it, with a certificate."""
    (tmp_path / "include").mkdir()
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    subprocess.run(
        ["openssl", "req", "-x509", *curve, "-nodes", "-days", "1"]
        + ["-subj", "/CN=shop.example", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    port = free_port()
    lines = (ROOT / "deploy" / "nginx" / "tls.conf.example").read_text()
    lines = lines.replace("8443", f"127.0.0.1:{port}")
    lines = lines.replace("/etc/nginx/tls/fullchain.pem", str(tmp_path / "cert.pem"))
    lines = lines.replace("/etc/nginx/tls/privkey.pem", str(tmp_path / "key.pem"))
    (tmp_path / "include" / "tls.conf").write_text(lines)
    settings = {"INCLUDE": str(tmp_path / "include"), "BUCKET_UPSTREAM": "http://127.0.0.1:9/shop"}
    with running_front(tmp_path / "run", UPSTREAMS=f"127.0.0.1:{free_port()}", **settings) as front:
        assert "[warn]" not in front.log() and "[emerg]" not in front.log()
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_1"]
        refused = subprocess.run(command, input=b"", capture_output=True)
        assert b"Cipher is (NONE)" in refused.stdout or refused.returncode
        command[-1] = "-tls1_2"
        assert b"BEGIN CERTIFICATE" in subprocess.run(command, input=b"", capture_output=True).stdout


def _path():
    return os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]


def _is_in_image(name):
    """By the rules of .dockerignore: the last that fits decides."""
    inside = True
    for rule in (ROOT / ".dockerignore").read_text().splitlines():
        if not rule or rule.startswith("#"):
            continue
        pattern = rule.removeprefix("!")
        if _fits(name, pattern):
            inside = rule.startswith("!")
    return inside


def _fits(name, pattern):
    """A rule is for a file or for all that is in a folder; `*` stays in its folder, `**` does not."""
    parts = name.split("/")
    if pattern.startswith("**/"):
        return any(fnmatch.fnmatch(part, pattern[3:]) for part in parts)
    wanted = pattern.split("/")
    return len(parts) >= len(wanted) and all(map(fnmatch.fnmatch, parts, wanted))
