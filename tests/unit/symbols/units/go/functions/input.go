// Package shapes draws.
package shapes

import (
	"context"
	"fmt"

	api "example.com/api/v2"
)

// MaxSides is the limit.
const MaxSides = 12

const (
	red = iota
	Green
)

var (
	registry map[string]Shape
	Default  = &Canvas{width: 3}
)

var hidden, other int

// Draw draws it.
func Draw(ctx context.Context, shapes ...Shape) (n int, err error) {
	for i, s := range shapes {
		n += s.Size() + i
		fmt.Println(s, MaxSides)
	}
	canvas := &Canvas{width: n}
	canvas.Fill(ctx)
	Default.Fill(ctx)
	return n, api.Send(ctx)
}

func external(x int) int

func helper() func(int) int {
	total := 0
	return func(x int) int {
		total += x
		return total
	}
}

func TestDraw(t *testing.T) {
	t.Fatal(Draw(nil))
}
