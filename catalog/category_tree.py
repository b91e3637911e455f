"""The whole category tree, read with one query: a page asks it several questions."""

from catalog.models import Category


class CategoryTree:
    """The live categories in order, with their families. A branch under a hidden one is hidden."""

    def __init__(self) -> None:
        rows = list(Category.objects.without_tree_fields().live())
        by_id = {row.pk: row for row in rows}
        self._children: dict[int | None, list[Category]] = {}
        for row in rows:
            if row.parent_id is None or row.parent_id in by_id:
                self._children.setdefault(row.parent_id, []).append(row)
        self._by_id: dict[int, Category] = {}
        self._remember(None)

    def _remember(self, parent_id: int | None) -> None:
        for row in self._children.get(parent_id, []):
            self._by_id[row.pk] = row
            self._remember(row.pk)

    def all(self) -> list[Category]:
        """Every category that shoppers can reach, each after the one above it."""
        return list(self._by_id.values())

    def top(self) -> list[Category]:
        """Categories without a parent that belong to the whole shop."""
        return [row for row in self._children.get(None, []) if row.store_id is None]

    def roots(self) -> list[Category]:
        """The same and those of single stores."""
        return self._children.get(None, [])

    def children(self, category: Category) -> list[Category]:
        return self._children.get(category.pk, [])

    def get(self, category_id: int) -> Category | None:
        return self._by_id.get(category_id)

    def find(self, slug: str) -> Category | None:
        return next((row for row in self.all() if row.slug == slug), None)

    def line(self, category_id: int) -> list[Category]:
        """The category and all above it, the top one first; empty when it is hidden."""
        found: list[Category] = []
        current = self._by_id.get(category_id)
        while current is not None:
            found.insert(0, current)
            current = self._by_id.get(current.parent_id) if current.parent_id else None
        return found

    def branch(self, category: Category) -> list[int]:
        """Ids of the category and of all below it."""
        ids = [category.pk]
        for child in self.children(category):
            ids += self.branch(child)
        return ids
