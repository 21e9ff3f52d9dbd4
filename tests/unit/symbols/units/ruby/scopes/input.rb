total = 1
items.each do |item, (first, *rest), key: 2|
  total += item
  inner = first + rest.size + key
end
inner
total

def method_sees_nothing(a, b = a, *c, d: b, **e, &f)
  total
  x, (y, *z) = a
  x + y + z + b + c + d + e + f
  g = ->(h, i = 1) { h + i + x }
  g.call
  for j in c
    j
  end
  j
  begin
    k = 1
  rescue Oops => l
    l
  end
  if (m = find(k))
    m.go
  end
  [1].each { |n; o| n + o + g }
  n
  case a
  in { name: String => p, age: }
    p + age
  in [q, *r]
    q + r
  in Point(x: s)
    s
  end
  pen = Pen.new(1)
  pen.draw
  pen.tip.sharpen
  ink = Tools::Ink.new
  ink.dry
  Pen.new(2).draw
  Tools::Ink.new.dry
end

class Holder
  total
  limit = 3
  define_method(:limited) { limit }

  def use
    limit
    @pen = Pen.new
    @pen.draw
    self.use
    @pen&.tip
  end
end
