x <<- 1
a <- b <- 2
f = function(
  a,
  # in between
  b = c(1, 2)
)
{
  repeat break
  g <- function() while (TRUE) {}
}
lst <- list(one = function() 1, two = 2i)
`my fun` <- function() Inf
local({
  hidden <- 1
})
test_that("it adds", {
  expect_equal(1 + 1, 0x2L)
})
broken <- function(a {
  a
}
after <- function() r"(raw)"
