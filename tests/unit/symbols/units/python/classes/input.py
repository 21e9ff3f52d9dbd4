import abc
from base import Base, Mixin


class Shape(Base, Mixin, metaclass=abc.ABCMeta):
    """A shape."""

    sides: int = 0
    registry = {}

    def __init__(self, name, pen: Pen):
        self.name = name
        self.pen = pen
        self.canvas = Canvas(1)
        self.size: Size = None

    @property
    def area(self) -> float:
        return self._compute(self.sides)

    @abc.abstractmethod
    def draw(self): ...

    def _compute(self, n):
        self.name = n
        self.count += 1
        self.canvas.fill(n)
        self.size.grow()
        return super().compute(n)

    class Meta:
        ordering = ["name"]

        def check(self):
            return self.ordering

    @staticmethod
    def make(kind):
        shape = Shape(kind, None)
        shape.draw()
        other: Circle = build()
        other.draw()
        other = None
        other.draw()
        with Pen() as pen:
            pen.down()
        return Shape(kind, None).draw()


class Circle(shapes.Shape, Generic[T]):
    pass


class TestShape(unittest.TestCase):
    def test_area(self):
        self.assertEqual(Circle().area, 0)
