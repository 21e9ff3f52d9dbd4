package top

import java.util.Date
import kotlin.math.*
import com.example.Long as Short
import alone

val now = Date().time + Short.of(max(1, 2))
