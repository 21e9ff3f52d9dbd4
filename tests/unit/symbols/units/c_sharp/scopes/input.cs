class Scopes
{
    int field;

    int All(int[] numbers, ref string text, params Item[] rest)
    {
        var builder = new Builder(text);
        Item first = rest[0], second = first;
        builder.Add(first.Name);
        using var stream = new Stream();
        using (Reader reader = Open(stream)) reader.Read();
        for (int i = 0, n = numbers.Length; i < n; i++) field += numbers[i];
        foreach (var number in numbers) Use(number);
        foreach (Item item in rest) item.Go(number);
        try { Work(out var made, out Result result); made.Go(result.Code); }
        catch (IOException e) when (e.Code > 0) { e.Report(); }
        catch (Exception) { field = 1; }
        if (text is string s && s.Length > 0) s.Trim();
        if (first is { Name: var name, Size: { } size } found) found.Use(name, size);
        if (first is (int x, Item y)) y.Use(x);
        var (left, right) = Split(text);
        (field, second) = (left, right);
        switch (first)
        {
            case Circle c when c.Radius > field: c.Draw(); break;
            case Square: break;
            case null: break;
        }
        return first switch { Circle d => d.Radius, Kind.Other => 2, var other => other.Size };
    }

    void Lambdas(int seed)
    {
        Func<int, int> add = x => x + seed;
        Run((Item a, b) => { var c = a.Join(b); return c; });
        Run(delegate (Item m) { m.Go(seed); });
        int Local<T>(T t, int u = 3) { return u + seed; }
        Local<int>(add(1));
        var q = from o in orders
                join l in lines on o.Id equals l.Order into group
                let total = o.Total
                where total > seed
                orderby o.Name
                select new { o.Id, Sum = total };
        goto end;
        end: return;
    }

    T Generic<T, U>(Dictionary<T, U> map, T key) where T : class, U { return map[key]; }
}
