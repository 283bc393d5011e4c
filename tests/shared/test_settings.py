from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from shared.settings import ServiceSettings, settings_table


class PressSettings(ServiceSettings, env_prefix="PRESS_"):
    port: int = 7801
    """Port of the press's API."""
    worker_port: int = 7802
    ink: SecretStr = SecretStr("black")
    """What it prints with; a | in a text stays in its cell."""


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("PRESS_MONGODB_URI", "mongodb://press:hunter2@db/")
    monkeypatch.setenv("PRESS_GATEWAY_KEY", "sixteen letters or more")
    return monkeypatch


def test_settings_come_from_the_environment_under_their_prefix(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PRESS_PORT", "7900")
    environment.setenv("PORT", "1")
    environment.setenv("PRESS_CLOCK_OFFSET_SECONDS", "3600")

    settings = PressSettings()

    assert settings.port == 7900
    assert settings.service_name == "press"
    assert settings.database_name == "plenary_press"
    assert settings.clock.offset.total_seconds() == 3600


def test_a_secret_may_lie_in_a_file(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "uri").write_text("mongodb://from-a-file/\n")
    environment.delenv("PRESS_MONGODB_URI")
    environment.setenv("PRESS_MONGODB_URI_FILE", str(tmp_path / "uri"))

    settings = PressSettings()

    assert settings.mongodb_uri.get_secret_value() == "mongodb://from-a-file/"


def test_a_file_that_is_not_there_is_named(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment.setenv("PRESS_INK_FILE", str(tmp_path / "nothing"))

    with pytest.raises(Exception, match=r"PRESS_INK_FILE names .*nothing"):
        PressSettings()


def test_a_wrong_setting_is_named_without_its_value(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PRESS_GATEWAY_KEY", "hunter2")
    environment.setenv("PRESS_PORT", "99999")

    with pytest.raises(ValidationError) as refused:
        PressSettings()

    assert "gateway_key" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_secrets_are_not_shown(environment: pytest.MonkeyPatch) -> None:
    shown = repr(PressSettings())

    assert "hunter2" not in shown
    assert "sixteen" not in shown


def test_kafka_with_passwords_needs_one(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PRESS_KAFKA_SECURITY", "SASL_PLAINTEXT")
    with pytest.raises(ValidationError, match="KAFKA_PASSWORD"):
        PressSettings()

    environment.setenv("PRESS_KAFKA_USERNAME", "press")
    environment.setenv("PRESS_KAFKA_PASSWORD", "hunter2")

    arguments = PressSettings().kafka.client_arguments()
    assert arguments["sasl_mechanism"] == "SCRAM-SHA-512"
    assert arguments["sasl_plain_password"] == "hunter2"


def test_keys_for_two_purposes_differ_and_are_the_same_in_every_replica(environment: pytest.MonkeyPatch) -> None:
    one, other = PressSettings(), PressSettings()

    assert one.derived_key("cursors") == other.derived_key("cursors")
    assert one.derived_key("cursors") != one.derived_key("links")
    assert len(one.derived_key("cursors")) == 32


def test_the_table_names_every_setting_and_no_secret() -> None:
    table = settings_table(PressSettings)

    assert "| `PRESS_PORT` | `7801` | Port of the press's API. |" in table
    assert "| `PRESS_MONGODB_URI` | required |" in table
    assert "| `PRESS_WORKER_PORT` | `7802` | Port of the worker's probes and metrics. |" in table
    assert "| `PRESS_INK` | set | What it prints with; a \\| in a text stays in its cell. |" in table
    assert "black" not in table
    assert len(table.splitlines()) == 2 + len(PressSettings.model_fields)


def test_every_common_setting_says_what_it_is() -> None:
    assert [name for name, field in ServiceSettings.model_fields.items() if not field.description] == []
