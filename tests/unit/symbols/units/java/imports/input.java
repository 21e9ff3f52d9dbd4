package top;

import java.util.List;
import java.util.concurrent.*;
import static org.junit.Assert.assertEquals;
import static java.lang.Math.*;
import com.example.Outer.Inner;
import Alone;

class User {
    List<Inner> all = new CopyOnWriteArrayList<>();
    int top = max(1, Alone.of(List.of()));
}
