counter = 0
items = [counter for counter in range(3)]


def bump():
    global counter
    counter += 1
    counter = counter + 1
    return counter


def shadow(counter):
    return counter


def closure():
    total = 0

    def add(n):
        nonlocal total
        total += n
        return total

    return add, [n * total for n in items if n], {k: v for k, v in pairs()}


class Holder:
    limit = 3

    def use(self):
        return limit + self.limit


def unpack(pair):
    (a, b), *c = pair
    for i, (d, e) in enumerate(c):
        print(a, b, d, e, i, f)
    if (m := match(a)):
        return m
    with open(a) as fh, lock:
        return fh
    match pair:
        case Point(x=0) | [first, *others]:
            return first, others


def defaults(counter=counter, items: list[items] = items):
    run = lambda counter=counter: counter
    return counter, run


def nested():
    import local_module

    def helper(x):
        return x

    class Inner:
        pass

    return helper(local_module.y), Inner
