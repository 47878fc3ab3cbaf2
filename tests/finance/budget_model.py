"""The budget as a pure model: whole numbers in dictionaries, and the rules in their plainest form."""

from dataclasses import dataclass, field

Place = tuple[int, str]
"""An envelope's year, and an account."""


@dataclass
class Part:
    """An instalment: its case, number, year and amount; where its money is, if it has any."""

    case: int
    number: int
    year: int
    amount: int
    order: int
    held: Place | None = None
    forfeited: bool = False
    ordered: bool = False


@dataclass
class Closing:
    """What a closing moved: each part with where its money was, where it was put, and what was left over."""

    moved: list[tuple[Part, str, Place | None]]
    left: int


@dataclass
class Model:
    """Envelopes by year, each with its accounts; cases that are recommended, with what is set aside for them."""

    accounts: dict[int, dict[str, int]] = field(default_factory=dict)
    closed: dict[int, Closing] = field(default_factory=dict)
    aside: dict[int, dict[int, int]] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)

    def open(self, year: int) -> None:
        self.accounts[year] = dict.fromkeys(
            ("allotted", "available", "reserved", "committed", "payable", "in_flight", "paid", "lapsed"), 0
        )

    def drawn(self, year: int) -> int | None:
        while year in self.closed:
            year += 1
        return year if year in self.accounts else None

    def waiting(self, year: int) -> list[Part]:
        wanted = [
            one
            for one in self.parts
            if not one.held and not one.forfeited and self.drawn(one.year) == year and one.amount
        ]
        return sorted(wanted, key=lambda one: (one.order, one.number))

    def fund(self, year: int | None) -> None:
        if year is None or year in self.closed:
            return
        for one in self.waiting(year):
            if one.amount <= self.accounts[year]["available"]:
                self.put(one, (year, "payable" if one.ordered else "committed"), "available")

    def put(self, one: Part, place: Place, source: str) -> None:
        year, account = place
        self.accounts[year][source] -= one.amount
        self.accounts[year][account] += one.amount
        one.held = place

    def allot(self, year: int, amount: int) -> None:
        self.accounts[year]["allotted"] += amount
        self.accounts[year]["available"] += amount
        if amount > 0:
            self.fund(year)

    def reserve(self, case: int, parts: list[tuple[int, int]]) -> None:
        mine = self.aside[case] = {}
        for year, amount in parts:
            drawn = self.drawn(year)
            if drawn is not None and 0 < amount <= self.accounts[drawn]["available"]:
                self.accounts[drawn]["available"] -= amount
                self.accounts[drawn]["reserved"] += amount
                mine[drawn] = mine.get(drawn, 0) + amount

    def give_back(self, case: int) -> list[int]:
        mine = self.aside.pop(case)
        for year, amount in mine.items():
            self.accounts[year]["reserved"] -= amount
            self.accounts[year]["available"] += amount
        return sorted(mine)

    def approve(self, case: int, parts: list[Part]) -> None:
        mine = dict(self.aside.get(case, {}))
        freed = self.give_back(case)
        spent: dict[int, int] = {}
        for one in sorted(parts, key=lambda part: (self.drawn(part.year) or 0, part.number)):
            year = self.drawn(one.year)
            # What was set aside for the case goes to its parts first; the rest is as others find it.
            others = self.accounts[year]["available"] - mine.get(year, 0) if year is not None else 0
            if year is not None and 0 < one.amount <= others + mine.get(year, 0):
                self.put(one, (year, "committed"), "available")
                mine[year] = max(mine.get(year, 0) - one.amount, 0)
                spent[year] = spent.get(year, 0) + one.amount
        self.parts += parts
        for year in freed:
            if mine.get(year, 0):
                self.fund(year)

    def forfeit(self, one: Part) -> None:
        one.forfeited = True
        if one.held:
            year, account = one.held
            target = "lapsed" if year in self.closed else "available"
            self.accounts[year][account] -= one.amount
            self.accounts[year][target] += one.amount
            one.held = None
            self.fund(year)

    def move(self, one: Part, target: str) -> None:
        assert one.held
        self.put(one, (one.held[0], target), one.held[1])

    def close(self, year: int, carry: bool) -> bool:
        accounts = self.accounts[year]
        open_parts = [one for one in self.parts if one.held in ((year, "committed"), (year, "payable"))]
        if accounts["in_flight"] or (carry and open_parts and year + 1 in self.closed):
            return False
        for mine in self.aside.values():
            amount = mine.pop(year, 0)
            accounts["reserved"] -= amount
            accounts["available"] += amount
        if carry and open_parts and year + 1 not in self.accounts:
            self.open(year + 1)
        moved: list[tuple[Part, str, Place | None]] = []
        for one in open_parts:
            account = one.held[1] if one.held else ""
            accounts[account] -= one.amount
            if carry:
                accounts["allotted"] -= one.amount
                self.accounts[year + 1]["allotted"] += one.amount
                self.accounts[year + 1][account] += one.amount
                one.held = year + 1, account
            else:
                accounts["lapsed"] += one.amount
                one.held = None
            moved.append((one, account, one.held))
        left = accounts["available"]
        accounts["available"], accounts["lapsed"] = 0, accounts["lapsed"] + left
        self.closed[year] = Closing(moved, left)
        for later in sorted(self.accounts):
            if later > year:
                self.fund(later)
        return True

    def reopen(self, year: int) -> bool:
        closing = self.closed[year]
        if any(one.held != place or one.forfeited for one, _, place in closing.moved):
            return False
        accounts = self.accounts[year]
        for one, account, place in closing.moved:
            if place:
                self.accounts[place[0]][account] -= one.amount
                self.accounts[place[0]]["allotted"] -= one.amount
                accounts["allotted"] += one.amount
            else:
                accounts["lapsed"] -= one.amount
            accounts[account] += one.amount
            one.held = year, account
        accounts["lapsed"] -= closing.left
        accounts["available"] += closing.left
        del self.closed[year]
        self.fund(year)
        return True
