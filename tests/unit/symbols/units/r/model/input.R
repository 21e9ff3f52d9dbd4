#' Fits a model.
#'
#' @param x numbers
#' @export
fit <- function(x, y = NULL, ...) {
  stopifnot(is.numeric(x))
  n <- length(x)
  inner <- function(i) i + 1L
  if (is.null(y)) return(inner(n)) else {
    for (i in seq_len(n)) next
  }
  x$name <- "fit\n"
  x %>% base::mean(na.rm = TRUE)
}

# How many rounds.
ROUNDS <- 1e3
.hidden = function() invisible(NA)
print.model <- function(x, ...) cat("model", x@size)
"quoted name" <- \(x) x^2
function(x) x -> right
assign("made", 1)

setClass("Person", representation(name = "character"))
setGeneric("speak", function(object) standardGeneric("speak"))
setMethod("speak", "Person", function(object) {
  cat(object@name)
})

Stack <- R6::R6Class("Stack", public = list(
  items = NULL,
  push = function(x) {
    self$items <- c(self$items, x)
  }
))

library(dplyr)
