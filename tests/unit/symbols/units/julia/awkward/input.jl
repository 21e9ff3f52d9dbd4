function (p::Poly)(x) end
function no_method end
f(x)::Int where {T} = 1
g(x::T) where T <: Number = x
+(a::P, b::P) = a
const A, B = 1, 2
let hidden = 1
    h() = hidden
end
@inline function fast(x) x end
struct Empty end
function broken(a
    a
end
after(x) = 'c'
primitive type Bits 8 end
const Alias = Vector{Int}
