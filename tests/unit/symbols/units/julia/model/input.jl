# A model of points.
module Model

using LinearAlgebra: norm
export Point, distance

const LIMIT = 10
global_count = 0

abstract type Shape end

"""
A point in the plane.
"""
struct Point{T<:Real} <: Shape
    x::T
    y::T
    Point(x) = new{Int}(x, 0)
end

mutable struct Box
    name::String
    side
end

"Distance of two points."
function distance(a::Point, b::Point; scale=1.0)::Float64
    d = norm([a.x - b.x, a.y - b.y])
    inner(z) = z * scale
    for i in 1:3
        d += i > 2 ? 0x1 : 2.5e3
    end
    return inner(d)
end

area(b::Box) = b.side^2
Base.show(io::IO, p::Point) = print(io, "($(p.x), \t$(p.y))")
double = x -> 2x

macro twice(ex)
    quote
        $(esc(ex)); $(esc(ex))
    end
end

@enum Color red green=2

module Inner
    f() = :symbol
end

end # module

using Test
@testset "distance" begin
    @test distance(Point(1), Point(1)) == 0 && !false
end
