/// Widgets of the page.
library widgets;

import 'package:flutter/material.dart';
import 'dart:async' show Timer;
part 'other.dart';

/// How many at most.
const int limit = 10;
final _cache = <String, int>{};
typedef Compare<T> = int Function(T a, T b);

/// A counter.
@immutable
class Counter extends StatefulWidget with Logged implements Shown {
  const Counter({super.key, required this.title});
  Counter.named(String t) : title = t;
  factory Counter.fromJson(Map<String, dynamic> json) => Counter(title: json['title']);

  final String title;
  static int made = 0;
  late int _hidden;

  @override
  State<Counter> createState() => _CounterState();

  String get shown => '$title ${made + 1}\n';
  set size(int value) { _hidden = value; }
  bool operator ==(Object other) => other is Counter;
  static Future<void> load(String url, {int retries = 3}) async {
    var i = 0;
    for (final x in [1, 2.5, true, null]) {
      await Future.delayed(const Duration(seconds: 1));
    }
  }
}

class _CounterState extends State<Counter> {
  int _count = 0;
  void _increment() {
    setState(() => _count++);
  }
}

abstract class Shape {
  double area();
}

mixin Logged on Object {
  void log(String s) => print(s);
}

extension Twice on int {
  int get twice => this * 2;
}

enum Level { low, high }

enum Planet {
  earth(5.97), mars(0.64);
  const Planet(this.mass);
  final double mass;
}

void main(List<String> args) {
  runApp(Counter(title: "x"));
}
