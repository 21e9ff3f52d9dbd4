{- | A block
   comment -}
f, g :: Int -> Int
f = (+ 1)
g x = x
(x, y) = (1, 2)
data Void
data GADT a where
  IntG :: Int -> GADT Int
  BoolG :: Bool -> GADT Bool
type family Elem c
type instance Elem [e] = e
class (Eq a) => Container f a | f -> a where
  type Key f
  empty :: f a
  insert, delete :: a -> f a -> f a
deriving instance Show Void
foreign import ccall "math.h sin" c_sin :: Double -> Double
pattern P x = Just x
x `op` y = x
broken = case of
after :: Int
after = 1
$(makeLenses ''Expr)
