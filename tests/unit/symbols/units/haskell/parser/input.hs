{-# LANGUAGE OverloadedStrings #-}
-- | Reads expressions.
module Data.Parser
  ( Expr (..)
  , Shown (..)
  , eval
  , (<+>)
  ) where

import qualified Data.Map as Map
import Data.List (sortBy, foldl')

-- | What can be computed.
data Expr
  = Num Int            -- ^ a number
  | Add Expr Expr
  | Var { varName :: String, varLine :: !Int }
  deriving (Show, Eq)

newtype Parser a = Parser { runParser :: String -> Maybe (a, String) }

type Env = Map.Map String Int

-- | Can be shown.
class Shown a where
  shown :: a -> String
  shown _ = "?\n"
  {-# MINIMAL shown #-}

instance Shown Expr where
  shown (Num n) = show n
  shown _       = "expr"

-- | Computes it.
eval :: Env -> Expr -> Either String Int
eval _ (Num n) = Right n
eval env (Add a b) = do
  x <- eval env a
  let y = 2.5
  pure (x + 1)
eval env (Var v _) = case Map.lookup v env of
  Just x  -> Right x
  Nothing -> Left ("no " ++ v)
  where helper = 1

infixl 6 <+>
(<+>) :: Expr -> Expr -> Expr
a <+> b = Add a b

limit :: Int
limit = 10

noSignature x | x > 0 = 'c'
              | otherwise = 'd'

main :: IO ()
main = mapM_ print $ if True then [1, 2] else []
