#!/usr/bin/env dart
import 'package:test/test.dart';
/* block
   comment */
int a = 1, b = 2;
external int native(int x);
Map<String, List<int>> deep() => {'a': [1]};
int get answer => 42;
void main() {
  group('maths', () {
    test('adds', () {
      expect(1 + 1, 2);
      int local(int x) => x;
    });
  });
}
class After<T extends Comparable<T>> {
  T? value;
  After();
  var raw = r'\n', multi = """x
y""";
  @Deprecated('old')
  void old() {}
}
typedef void Old(int a);
class Broken {
  void one( {
  }
  void two() {}
}
void last() {}
