"""Print the contact directory as a table: `make contacts`."""

import datetime

from actions.content import load_content


def main() -> None:
    """One line per way to reach a contact, straight from the database."""
    db = load_content(today=datetime.date.today()).contacts.db
    rows = db.query(
        "select contacts.id, contacts.name, ways.kind, ways.label, ways.href from contacts"
        " join ways on ways.contact = contacts.id order by contacts.rowid, ways.place"
    )
    for row in rows:
        print(f"{row['id']:15} {row['name']:42} {row['kind']:6} {row['label']:42} {row['href']}")


if __name__ == "__main__":
    main()
