"""What a live Jalon needs, with a simulator in the place of Telegram's servers."""

from pathlib import Path

from simulator import DEFAULT_TOKEN

ROOT = Path(__file__).parents[2]
OWN = {
    "Valgarance": "Lavoir-sur-Loire",
    "valgarance.example": "lavoir.test",
    "01 99 00 42 17": "01 99 00 11 11",
    "Camille Exemple": "Camille Martin",
}


def organisation(folder: Path) -> Path:
    """An organisation's file that is not the example any more."""
    example = (ROOT / "organisation.example.yaml").read_text(encoding="utf-8")
    file = folder / "organisation.yaml"
    for before, after in OWN.items():
        example = example.replace(before, after)
    file.write_text(example, encoding="utf-8")
    return file


def settings(url: str) -> dict[str, str]:
    """The settings of a real bot whose Bot API server is at `url`."""
    return {"TELEGRAM_BOT_TOKEN": DEFAULT_TOKEN, "TELEGRAM_API_URL": url, "CHAT_GAP_SECONDS": "0"}
