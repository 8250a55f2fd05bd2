"""List what no person has reviewed yet: `make content-report`."""

from actions.contacts import load_yaml
from actions.content import ROOT, reviewed_by


def main() -> None:
    """One line per content file, unreviewed first, then a count."""
    files = {
        path.relative_to(ROOT.parent): reviewed_by(load_yaml(path), str(path))
        for path in sorted(ROOT.rglob("*.yml"))
        if path.name not in ("contacts.yml", "routes.yml")  # facts and routes: each contact has a source and a date of its own
    }
    for path, reviewed in sorted(files.items(), key=lambda item: (item[1] != "unreviewed", item[0])):
        print(f"{reviewed:32} {path}")
    waiting = sum(reviewed == "unreviewed" for reviewed in files.values())
    print(f"{waiting} of {len(files)} content files wait for a person to review them.")


if __name__ == "__main__":
    main()
