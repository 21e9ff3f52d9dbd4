class Scopes {
    int field;

    int all(int[] numbers, final String text) throws IOException {
        var builder = new StringBuilder(text);
        var other = builder.reverse();
        int i = field, j = i;
        for (int k = 0, n = numbers.length; k < n; k++) {
            i += numbers[k];
        }
        for (var number : numbers) field = number;
        for (Point point : points()) point.move(k);
        try (Reader in = open(text); var out = new Writer(text); other) {
            out.write(in.read());
        } catch (IOException | RuntimeException e) {
            e.printStackTrace();
        } catch (Failure f) {
            f.report(in);
        }
        if (text instanceof CharSequence chars && chars.length() > 0) chars.notify();
        outer:
        while (true) {
            if (j++ > 3) break outer;
            continue outer;
        }
        return i;
    }

    Function<Integer, Integer> lambdas(int seed) {
        Runnable none = () -> use(seed);
        BiFunction<A, B, C> both = (a, b) -> a.join(b, seed);
        one(x -> { int y = x; return y + seed; });
        three((String s, Point... more) -> s.trim(more));
        list.forEach(Scopes::of);
        return Integer::new;
    }

    String shapes(Object shape) {
        return switch (shape) {
            case Circle c when c.radius() > LIMIT -> c.name();
            case Rectangle(Point from, var to) -> from.show(to);
            case Kind.SQUARE -> "square";
            case RED, GREEN -> { int z = 1; yield text(z); }
            default -> shape.toString();
        };
    }

    <T, U extends T> T generic(Map<T, ? super U> map, U key) {
        T found = map.get(key);
        return (T) found;
    }

    T outside;
}
