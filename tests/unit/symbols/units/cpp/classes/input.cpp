#include "shape.hpp"

namespace draw {

// A shape.
class Shape : public Base, private util::Noncopyable {
    int hidden = 1;

public:
    /// Makes one.
    explicit Shape(const std::string &name);
    Shape() = default;
    virtual ~Shape();
    virtual double area() const = 0;
    static Shape *make(int kind) { return registry[kind]; }
    bool operator==(const Shape &other) const;
    void move(int dx, int dy = 0);
    void move(Point to);

    enum class Style { Solid, Dashed };
    struct Part {
        int weight;
        void drop();
    };

protected:
    std::vector<Part> parts_;
    static int count;

private:
    Pen *pen_;
};

int Shape::count = 0;

Shape::Shape(const std::string &name) : Base(name), pen_(new Pen(2))
{
    this->hidden = 2;
    pen_->down();
    parts_.push_back(Part());
}

Shape::~Shape() {}

double Shape::area() const
{
    return scale * this->pen_->width();
}

void Shape::Part::drop() { weight = 0; }

class Forward;
struct Plain { int open; private: int closed; };

} // namespace draw
