template <typename T, int N = 4>
class Ring {
public:
    void push(const T &value) { items[head++ % N] = value; }
    template <class U> U get(int at) const { return static_cast<U>(items[at]); }

private:
    T items[N];
    int head = 0;
};

template <typename T>
T biggest(T a, T b)
{
    return a > b ? a : b;
}

template <class T> using List = std::vector<T>;
using Callback = std::function<void(int)>;
template <typename T> concept Small = sizeof(T) < 8;

template <> class Ring<int> {
};

int use()
{
    Ring<int> ring;
    ring.push(biggest<int>(1, 2));
    auto one = Ring<float>();
    auto *pen = new draw::Pen(3);
    pen->down();
    auto shape = Shape(1);
    shape.draw();
    for (const Item &item : items)
        item.touch([&](int x) { return x + ring.get<int>(0); });
    auto [a, b] = pair();
    return a + b + c;
}

auto lambda = [](int n) {
    int inner = n;
    return inner;
};
