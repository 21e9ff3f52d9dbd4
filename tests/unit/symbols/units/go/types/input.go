package shapes

// A Shape can be drawn.
type Shape interface {
	fmt.Stringer
	Sized
	// Draw draws.
	Draw(c *Canvas) error
}

type (
	// Canvas is drawn on.
	Canvas struct {
		*Base
		geo.Point
		width, height int // in points
		next          *Canvas
	}
	Handler func(c *Canvas) error
	Names   = []string
)

type List[T any] struct{ items []T }

func (l *List[T]) Push(item T) { l.items = append(l.items, item) }

func (c *Canvas) Fill(n int) *Canvas {
	c.width = n
	c.next.Fill(c.height)
	c.next.next.width++
	var local Canvas
	local.Fill(1)
	return &Canvas{Base: nil, width: local.width, Point: geo.Point{X: 1}}
}

func (s square) Draw(c *Canvas) error {
	switch v := c.Base.(type) {
	case *Base:
		v.Touch()
	}
	return Map[int](c)
}

func Map[K comparable](c *Canvas) K {
	var zero K
	return zero
}
