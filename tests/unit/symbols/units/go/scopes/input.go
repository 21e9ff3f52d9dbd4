package p

var value = 1

func shadow(value int) int {
	if value := compute(value); value > 0 {
		return value
	}
	{
		inner := value
		use(inner)
	}
	use(inner)
	select {
	case msg := <-ch:
		use(msg)
	}
	a, b := pair()
	a, c := pair()
	return a + b + c + missing
}

func global() int {
	value++
	go func() { value = 2 }()
label:
	goto label
}

var handler = func(n int) int {
	var inner int = n
	return inner
}
