"""What learners write: expressions and programs, of which the page's Python makes what Python does.

Each line of the first texts is an expression, shown by `repr`; `PROGRAMS` are separated by lines.
What is in texts whose name begins with REFUSED the page refuses in words. `SETUP` comes before.
"""

SETUP = """\
import math
import numpy as np
g, v, lr, beta, t = np.array([1.5, -2.0, 0.25]), np.array([0.5, 0.0, 2.0]), 0.1, 0.9, 3
nan, inf, zero = float("nan"), float("inf"), np.array([0.0, 0.0, 0.0])
"""

# A right answer, in which tests make mistakes.
ADAM = """\
def update(t, g, m, v, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return dict(m=m, v=v, step=-lr * m_hat / (np.sqrt(v_hat) + eps))
"""

ARITHMETIC = """\
1 + 2
1 + 2.0
0.1 + 0.2
0.1 * 3
1 / 3
7 / 2
6 / 2
-7 // 2
7 // -2
7.5 // 2
-7.5 // 2
5.0 // 0.3
1 % 0.1
-1 % 3
-1.5 % 1
5.5 % -2
-0.0 % 3
0.0 // -3
7 % -3
divmod(7, 2)
divmod(-7.5, 2)
divmod(7, -2.5)
2**10
2**-1
2**0.5
2.0**3
(-2) ** 3
(-2) ** 2.0
-(2**2)
0**0
0.0**0
2**100
10**20
10**-3
10**20 * 1.0
2**53 + 1
2**64 // 3
2**64 % 1000
-(2**64) // 7
2**64 / 3
3**50 - 3**49
1e308 * 10
-1e308 * 10
1e-320 / 10
1e16 + 1
1e16 + 2.0
inf - inf
inf * 0
nan + 1
-0.0
0 * -1.0
abs(-0.0)
abs(-3)
abs(-2.5)
+True
-True
True + True
True * 2.5
True / 2
False - 1
not 0.0
not nan
bool(nan)
bool(0.0)
bool(-0.0)
bool(inf)
bool(1e-320)
bool(0)
bool("")
bool([])
5 & 3
5 | 3
5 ^ 3
~5
1 << 10
1024 >> 3
1 - beta**t
(1 - beta) / (1 - beta**t)
lr / (1 - beta**t)
lr / t**0.5
-lr * 3
int(7.9)
int(-7.9)
int("12")
int(1e20)
float("1e-3")
float("-inf")
float(3)
float(2**60)
round(2.5)
round(3.5)
round(-2.5)
round(2.5, 0)
round(2.675, 2)
round(0.15, 1)
round(0.25, 1)
round(1234.5678, -2)
round(1234, -2)
round(1250, -2)
round(1350, -2)
round(5, 2)
round(0.5)
round(1e20)
round(123.456, 1)
round(-0.4)
round(1.005, 2)
round(1e-10, 5)
round(2**70 + 0.0)
pow(2, 10)
pow(2.0, 0.5)
pow(3, 4, 5)
max(1, 2.5)
min(3, 1, 2)
max([1, 5, 2])
sum([1, 2, 3])
sum([0.5, 0.25])
sum(x**2 for x in [1, 2, 3])
sorted([3, 1, 2])
3 + 4j == 3 + 4j
(1.5).is_integer()
(0.1).as_integer_ratio()
0.1 + 0.2 == 0.3
abs(0.1 + 0.2 - 0.3) < 1e-9
1_000_000
0x10 + 0b11
1e3
1.5e-7
123456789.123456789
1e21
1e22
123456789012345680.0
0.0001
0.00001
1 / 3 * 3 == 1
"""

COMPARISONS = """\
1 == 1.0
1 == True
nan == nan
nan != nan
nan < 1
nan > 1
nan <= nan
1 < nan
inf > 1e308
-inf < 0
max(nan, 1)
max(1, nan)
min(nan, 1)
sorted([2, nan, 1])[0]
nan in [nan]
float("nan") in [float("nan")]
1 < 2 < 3
1 < 2 > 3
1 == 1.0 == True
"a" < "b"
"a" == 1
[1, 2] == [1.0, 2.0]
(1, 2) < (1, 3)
2**53 == float(2**53)
2**53 + 1 == float(2**53)
0.0 == -0.0
None is None
1 is not None
not None
1 and 0
0 or "x"
nan or 1
1 if nan else 2
1 if 0.0 else 2
all([1, nan])
any([0.0, 0])
isinstance(1.0, int)
isinstance(True, int)
isinstance(1, float)
type(1.0).__name__
type(1 / 1).__name__
type(4 // 2.0).__name__
type(2**-1).__name__
3 in {1, 2, 3}
"v" in dict(v=1)
"""

MATH = """\
math.sqrt(2)
math.sqrt(0)
math.pow(2, 0.5)
math.pow(0, 0)
math.exp(1)
math.exp(-1000)
math.log(10)
math.log(8, 2)
math.log2(8)
math.log10(1000)
math.log1p(1e-10)
math.expm1(1e-10)
math.hypot(3, 4)
math.hypot(1, 1)
math.hypot(0.1, 0.7, 0.3)
math.fabs(-2)
math.floor(-2.5)
math.ceil(2.1)
math.trunc(-2.9)
math.floor(3)
math.copysign(3, -0.0)
math.isnan(nan)
math.isinf(-inf)
math.isfinite(1e308)
math.sin(1)
math.cos(1)
math.tanh(0.5)
math.atan2(1, -1)
math.pi
math.e
math.inf
math.nan
math.isclose(0.1 + 0.2, 0.3)
math.fmod(-7, 3)
math.factorial(20)
math.sqrt(g[0])
math.sqrt(True)
math.log(2**200)
"""

FORMATS = """\
f"{3.14159:.2f}"
f"{3.14159:.0f}"
f"{2.5:.0f}"
f"{3.5:.0f}"
f"{0.125:.2f}"
f"{0.0095:.3f}"
f"{1e22:.0f}"
f"{1e21:.2f}"
f"{123456.789:,.2f}"
f"{-434.29:,.2f}"
f"{-1234567:,}"
f"{1234567:_}"
f"{1234.5:_.1f}"
f"{-434.29:.3}"
f"{434.29:.3}"
f"{0.00001234:.3}"
f"{4.0:.3}"
f"{4.0:.1}"
f"{100.0:.3}"
f"{1e10:.3g}"
f"{123456:.3g}"
f"{0.0001234:.2g}"
f"{0.00001234:.2g}"
f"{1.0:g}"
f"{1e-7:g}"
f"{1e16:g}"
f"{0.1:.17g}"
f"{1/3:.17g}"
f"{1e-300:.17g}"
f"{12345.678:e}"
f"{12345.678:.1e}"
f"{0.0:.2e}"
f"{1e-9:.3e}"
f"{2.5:.0e}"
f"{3.5e100:.0e}"
f"{5e-324:.3e}"
f"{0.256:.1%}"
f"{0.125:.0%}"
f"{3:5d}|"
f"{3:<5d}|"
f"{3:^5d}|"
f"{3:05d}"
f"{-3:05d}"
f"{3:+d}"
f"{0:+d}"
f"{0.0:+.1f}"
f"{-0.0:+.1f}"
f"{-0.001:.1f}"
f"{3: d}"
f"{3.7:8.2f}|"
f"{3.7:<8.2f}|"
f"{-3.7:08.2f}"
f"{1234.5:012,.1f}"
f"{255:x} {255:X} {255:o} {255:b} {255:#x}"
f"{True} {True:d} {None}"
f"{nan} {inf} {-inf:.2f}"
f"{nan:8.2f}|{inf:+f}"
f"{'v':>5}|{'v':<5}|{'v':^5}|"
f"{'v':*^7}"
f"{'velocity':.3}"
f"{1 + 1}"
f"{lr = }"
f"{lr=:.3f}"
f"{'a'!r}"
f"{[1.0, 2]}"
f"{{}}"
f"{3.14159:{8}.{2}f}|"
f"{10:e}"
f"{10:.2f}"
f"{2**70:,}"
f"{2**70:.3e}"
f"{1.5e300:.2f}"[:20]
f"{-0.0}"
"%.2f" % 2.675
"%.3f" % 0.0095
"%.3e" % 1e-9
"%g" % 1e-7
"%g" % 0.00012345678
"%g" % 100000
"%g" % 1e6
"%5.1f|" % 3.14159
"%-8s|%8s|" % ("ab", "cd")
"%d" % 3.99
"%d %s" % (3, "x")
"%05d" % -42
"%+d" % 7
"%x" % 255
"%r" % "a"
"%s" % 1e-7
"%s %s" % (1.0, [1.0])
"%%"
"100%% of %d" % 3
"%(a)s and %(b).1f" % dict(a=1, b=2)
"%e" % 12345.678
"{:.3f} {}".format(1 / 3, "x")
"{0} {1} {0}".format(1, 2)
"{a:.2f}".format(a=2)
"{:>8}|{:<8}|".format("a", "b")
"{:,}".format(1234567.891)
"{:.3}".format(1e-5)
format(3.14159, ".3f")
format(2.5, "")
str(1e-7)
str(1e100)
str(123456789.0)
str(1e15)
str(1e16)
str(0.1 + 0.2)
str(-1.5e-10)
str(3)
repr(1.0)
repr("it's")
repr([1, 2.0, "a", None, True])
repr((1,))
repr({"v": 1.0})
repr({1, 2})
str(nan) + str(inf)
"v" + str(1.5)
"m̂ and v̂"
len("m̂")
"-" * 5
"a,b".split(",")
" ".join(["a", "b"])
"abc"[::-1]
"Adam".lower().upper()
"abc".replace("b", "x")
" a ".strip()
"abc".startswith("ab")
"""

NUMPY = """\
g
v
g + v
g - 1
1 - g
2 * g
g / 2
1 / g
g**2
2**g
g**-1
g**0.5
g**3
-g
abs(g)
+g
g // 1
g % 1
-7 // g
g / v
g / 0
0 / zero
zero / zero
1 / zero
-1 / zero
zero**-1
g * inf
lr * g
lr * g / (np.sqrt(v) + 1e-8)
beta * v + (1 - beta) * g**2
g @ v
g.dot(v)
np.dot(g, v)
np.sqrt(g)
np.sqrt(v)
np.sqrt(2)
np.sqrt(-1)
np.sqrt(0.25)
np.sqrt([1, 4, 9])
np.abs(g)
np.abs(-2.5)
np.sign(g)
np.sign(-2.5)
np.sign(0.0)
np.sign(nan)
np.sign(zero)
np.square(g)
np.exp(g)
np.exp(1000.0)
np.exp(g * 1000)
np.log(v)
np.log(g)
np.log(0.0)
np.log2(8.0)
np.log10(v)
np.log1p(v)
np.expm1(g)
np.sin(0.5)
np.cos(g)
np.tanh(g)
np.maximum(g, v)
np.maximum(g, 0)
np.maximum(g, nan)
np.minimum(g, v)
np.minimum(0.5, g)
np.maximum(1.5, 2.5)
np.clip(g, -1, 1)
np.clip(5.0, 0, 1)
np.where(g > 0, g, 0)
np.where(g > 0, 1, -1)
np.where(g > 0, 1.0, -1.0)
np.where(t > 2, g, v)
np.hypot(g, v)
np.copysign(1.0, g)
np.copysign(v, g)
np.power(g, 2)
np.power(2.0, 3)
np.add(g, v)
np.subtract(g, v)
np.multiply(g, v)
np.divide(g, v)
np.negative(g)
np.reciprocal(g)
np.floor(g)
np.ceil(g)
np.round(g, 1)
np.isnan(g)
bool(np.isnan(nan))
np.isfinite(g / v)
np.isinf(1 / zero)
np.sum(g)
np.mean(g)
np.max(g)
np.min(g)
np.prod(g)
np.sum(g**2)
g.sum()
g.mean()
g.max()
g.min()
np.max([g, v], axis=0)
np.sum([g, v], axis=0)
np.linalg.norm(g)
np.linalg.norm(g, axis=0)
bool(np.any(g > 0))
bool(np.all(g > 0))
bool((g > 0).any())
int((g > 0).sum())
np.zeros(3)
np.ones(3)
np.zeros_like(g)
np.ones_like(g)
np.full_like(g, 2)
np.full(3, 0.5)
np.array([1, 2, 3])
np.array([1.0, 2])
np.array(g) is g
np.asarray(g) is g
np.copy(g)
np.pi
np.e
np.inf
np.nan
g > 0
g >= v
g == v
g != 0
g < nan
(g > 0) & (v > 0)
(g > 0) | (v > 0)
~(g > 0)
(g > 0) * 1.0
(g > 0) * g
1 - (g > 0)
(g > 0) + (v > 0)
g[0]
g[-1]
g[0] / 0
0 / g[0]
1 / np.float64(0)
np.float64(1) / 0
np.float64(-1) / 0
np.float64(0) / 0
np.float64(-8) ** (1 / 3)
np.float64(10) ** 400
np.float64(0) ** -1
10 ** np.float64(400)
np.float64(5) // 0
np.float64(5) % 0
np.float64(5) % 3
np.float64(1.5) + 1
np.float64(2) * g
-np.float64(2)
abs(np.float64(-2))
round(np.float64(2.567), 2)
round(np.float64(2.5))
int(np.float64(2.9))
float(np.float64(2.9))
str(np.float64(2.5))
f"{np.float64(2.5):.3f}"
[g[0], 1.0]
g[g > 0]
g.shape
g.size
g.ndim
len(g)
str(g.dtype)
list(v)
v.tolist()
[x * 2 for x in v]
sum(v)
max(v)
min(g)
g.copy()
np.sum(g * v) / np.sum(v)
g * [1, 2, 3]
g + [1, 2, 3]
isinstance(g[0], float)
isinstance(np.sqrt(2), float)
type(g[0]).__name__
type(g).__name__
g is g
f"{g}"
str(g)
str(g * 1e-6)
str(g * 1e9)
str(np.array([1e-5, 1.0, 2.0]))
str(np.array([0.1, 12.25, 123.0]))
str(np.array([1.0, 2.0, 3.0]))
str(np.array([1 / 3, 2 / 3, 1.0]))
str(np.array([nan, 1.5, -inf]))
str(np.array([1e300, 1e-300, 0.0]))
str(zero)
repr(g / 3)
"""

ERRORS = """\
1 / 0
1.0 / 0
0.0 / 0.0
1 // 0
1 % 0
1.0 // 0
1.0 % 0.0
divmod(1, 0)
divmod(1.0, 0)
0**-1
0.0**-1
10.0**400
math.sqrt(-1)
math.log(0)
math.log(-1)
math.exp(1000)
math.pow(0, -1)
math.sqrt("a")
math.sqrt(g)
"a" + 1
1 + "a"
"a" - "b"
None + 1
lr * None
[1] + 1
[1, 2][5]
{"v": 1}["m"]
(1, 2)[3]
"abc"[5]
undefined
m_hat
v2 + 1
len(3)
int("x")
float("x")
int(nan)
int(inf)
round(nan)
round("a")
abs("a")
-"a"
"a" * 2.5
"%d" % "a"
"%d %d" % 1
"%d" % (1, 2)
f"{3.5:d}"
f"{'a':.2f}"
f"{3:q}"
3()
(1).foo
"a".foo
g()
g.T.T + None
g + None
g < None
bool(g)
g and v
not g
1 if g > 0 else 2
max(g, 0)
float(g)
g[3]
g[1.5]
g["a"]
g + [1, 2]
hash(g)
f"{g:.2f}"
round(g)
-(g > 0)
(g > 0) - (v > 0)
np.maximum(g)
np.sqrt("a")
dict(1)
sum(1)
[x for x in 5]
sorted([1, "a"])
isinstance(1, 2)
10**400 * 1.0
float(10**400)
math.factorial(-1)
range(1.5)
next(iter([]))
"""

PROGRAMS = r"""
x = 3.0
x /= 2
x **= 2
x -= 1
x *= 4
x += 0.5
print(x)
---
x = 7
x //= 2
x %= 2
print(x)
x /= 1
print(x)
---
x = 5
x /= 0
---
x = 5.0
x %= 0
---
s = 'a'
s += 'b'
s *= 2
print(s)
---
a = [1]
b = a
a += [2]
print(b)
---
m = v.copy()
m *= beta
m += (1 - beta) * g
print(m, v)
---
m = v
m *= 2
print(v)
---
v[:] = 0
print(v)
---
v[0] = 7
print(v)
---
v[v > 0] = 1
print(v)
---
a, b = 1, 2
a, b = b, a + b
print(a, b)
---
a, *rest = [1, 2, 3]
print(a, rest)
---
for i in range(3):
    print(i, i**2)
---
for i in range(10, 0, -3):
    print(i, end=' ')
---
for i, x in enumerate([1.0, 2.5]):
    print(i, x)
---
for a, b in zip([1, 2], [3, 4]):
    print(a * b)
---
i = 0
while True:
    i += 1
    if i == 2:
        continue
    if i > 3:
        break
    print(i)
else:
    print('never')
---
for x in []:
    pass
else:
    print('done')
---
def f(x, y=2, *more, z=3, **named):
    return x, y, more, z, named
print(f(1), f(1, 5, 6, z=7, a=8))
---
def f(x):
    return x
f()
---
def f(x):
    return x
f(1, 2)
---
def f(x):
    return x
f(y=1)
---
def f(x):
    return x
f(1, x=2)
---
def f(*, lr):
    return lr
print(f(lr=0.1))
f(0.1)
---
def f(n):
    return 1 if n == 0 else n * f(n - 1)
print(f(20))
---
def outer():
    k = 0
    def inner():
        nonlocal k
        k += 1
        return k
    return inner
f = outer()
f()
print(f())
---
count = 0
def f():
    global count
    count += 1
f()
f()
print(count)
---
count = 0
def f():
    count += 1
f()
---
def f():
    print(x)
    x = 1
f()
---
f = lambda x: x**2
print(f(3), list(map(f, [1, 2])), list(filter(None, [0, 1])))
---
print([x**2 for x in range(5) if x % 2], {x: x for x in 'ab'}, {x % 2 for x in range(4)})
---
print(sum(x * y for x, y in zip([1, 2], [3, 4])))
---
print([[i * j for j in range(3)] for i in range(2)])
---
d = dict(v=1, m=2)
d['g'] = 3
d |= dict(v=9)
print(d, list(d), d.get('x', 0), 'v' in d)
for k, x in d.items():
    print(k, x)
---
d = {'a': 1} | {'b': 2}
print({**d, 'c': 3}, d.pop('a'), d)
---
d = {}
d.setdefault('a', []).append(1)
print(d)
del d['a']
print(d)
del d['a']
---
print([*range(3), *[7]], (*[1], 2))
---
x = [3, 1, 2]
x.sort(reverse=True)
x.append(0)
x.insert(1, 9)
print(x, x.pop(), x[1:3], x[::-1])
---
print(sorted([(2, 'b'), (1, 'a')], key=lambda p: p[1]))
---
try:
    1 / 0
except ZeroDivisionError as e:
    print('caught', e)
finally:
    print('end')
---
try:
    {}['x']
except (KeyError, IndexError) as e:
    print(type(e).__name__, e)
else:
    print('no')
---
raise ValueError('lr must be positive')
---
assert lr < 0, 'lr is positive'
---
assert lr > 0
print('ok')
---
class Momentum:
    def __init__(self, lr, beta=0.9):
        self.lr, self.beta = lr, beta
        self.v = 0.0
    def update(self, g):
        self.v = self.beta * self.v + g
        return -self.lr * self.v
m = Momentum(0.1)
print(m.update(1.0), m.update(1.0), m.v)
---
class A:
    k = 1
    @property
    def double(self):
        return 2 * self.k
    @staticmethod
    def three():
        return 3
    @classmethod
    def make(cls):
        return cls()
    def __repr__(self):
        return 'A()'
class B(A):
    def __init__(self):
        super().__init__()
        self.k = 5
print(A().double, B.make().double, A.three(), B())
---
class A:
    pass
A().x
---
class A:
    def __add__(self, other):
        return 'sum'
print(A() + 1)
---
class A:
    pass
A() + 1
---
if (n := 10) > 5:
    print(n)
---
match t:
    case 1:
        print('one')
    case 3 | 4:
        print('three')
    case _:
        print('other')
---
x = 1 if t > 2 else 0
print(x)
---
def gen():
    yield 1
    yield from [2, 3]
print(list(gen()))
---
print('a', 'b', sep='-', end='!\n')
---
print()
print(1, 2.0, None, True, [1.5])
---
print(np.float64(1.5), [np.float64(1.5)], g[0])
---
def update(t, g, m, v, lr):
    m = beta * m + (1 - beta) * g
    return dict(m=m, step=-lr * m)
print(update(1, g, 0, 0, 0.1))
---
import math as m
from math import sqrt, pi
print(m.sqrt(4), sqrt(2), pi)
---
from numpy import sqrt
import numpy
print(sqrt(g), numpy.abs(g))
---
x: float = 3
print(x)
---
def f(x: float) -> float:
    '''Return x.'''
    return x
print(f(1), f.__doc__, f.__name__)
---
def f(x):
return x
---
def f(x)
    return x
---
print('a'
---
x = (1 + 2
---
x = 1 +
---
if True
    print(1)
---
  x = 1
---
x = 1
  y = 2
z = 3
---
if t:
    x = 1
      y = 2
---
def f(x):
    y = [x,
         1]
    return y
print(f(1))
---
for i in range(3):
print(i)
---
x = 'abc
---
return 3
---
lr = 0.1; print(lr)
---
x = 5 5
---
if x = 3:
    pass
---
print 3
---
x = [1, 2
y = 3
---
else:
    pass
---
def f(x, x):
    pass
---
break
---
1 = x
---
x == 3
x
---
# only a note
---
s = 1
def drawn():
    global s
    s = s * 16807 % 2147483647
    return (s / 2147483647 - 0.5) * 10.0 ** (s % 25 - 12)
for _ in range(24):
    x, y = drawn(), drawn()
    print(x // y, x % y, divmod(y, x), x**3, x**-2, int(x), float(int(y)), x * y, x / y)
    print(round(x), round(x, 2), round(y, -2), round(x, 5), x < y, -x, hash(x) == hash(x + 0))
    print(f"{x} {x:.3} {x:.2f} {x:.0f} {x:g} {x:.4g} {x:.3e} {x:+,.1f} {x:12.4f}|{x:.1%} {x:.17g}")
    print("%s %g %.3e %.2f %d %8.3f|" % (x, y, x, y, x, y), str(y), repr(x), "{:_.2f}".format(y))
    print(round(x * 8) / 8, f"{round(x * 8) / 8:.2f} {round(x * 8) / 8:.1f} {round(y * 2) / 2:.0f}")
    print(math.floor(x), math.ceil(y), math.hypot(x, y), math.sqrt(abs(x)))
    print(f"{math.exp(min(x, 9)):.14g} {math.log(abs(y)):.14g} {abs(x) ** 0.37:.14g}")
---
s = 1
for _ in range(60):
    s = s * 16807 % 2147483647
    a, b = s - 2**30, s % 1000 - 500 or 7
    print(a // b, a % b, divmod(a, -b), a / b, a**5, a**5 // b**3, a**3 % b, a**3 / b**5)
    print(f"{a:,} {a:_} {b:+d} {a:12d}|{b:05d} {b:x} {a:.3e}", round(a, -3), b & 12, b << 3, a >> 2)
---
total = 0
for k in range(1000):
    total += k * 0.5
print(total)
---
x = 1.0
for _ in range(2000):
    x *= 0.99
print(f'{x:.6e}')
---
a = np.array([1.0, 2.0])
b = a
b += 1
print(a)
---
with np.errstate(all='ignore'):
    print(1 / zero)
---
def f():
    return g.sum() / 0
print(f())
---
print(*[1, 2], sep=',')
---
x = 10
def f():
    return x
x = 20
print(f())
---
fs = []
for k in range(3):
    def f(k=k):
        return k
    fs.append(f)
print([f() for f in fs])
---
fs = []
for k in range(3):
    fs.append(lambda: k)
print([f() for f in fs])
---
print([f(2) for f in [lambda w: w + 1, lambda w: w * 3]])
---
def f():
    1 / 0
def h():
    f()
h()
---
x = 1


y = x / 0
---
def f(x):
    y = x + 1
    z = undefined
    return z
f(1)
---
def f():
    f()
f()
---
print(g[0] > 1, bool(g[0] > 1))
---
if g[0] > 1:
    print('yes')
---
while g > 0:
    pass
---
print(sum(1 for x in g if x > 0))
---
print({'step': -lr * g[0]})
---
print(dict(v=v, step=-lr * g))
---
print(all(x == x for x in g), np.array([x * 2 for x in g]))
---
del lr
lr
---
print(type(g > 0).__name__, (g > 0).dtype, np.array([1, 2]).dtype)
"""

# Modules, names and features that a rule does without.
REFUSED_EXPRESSIONS = """\
(-8.0) ** (1 / 3)
(-2) ** 0.5
np.cumsum(g)
np.arange(3)
np.random.normal()
np.choose(0, [g])
np.float32(1)
np.linalg.inv(g)
g[1:]
g[None]
g.reshape(3, 1)
g.astype(int)
np.array([[1, 2], [3, 4]])
np.sum(g, keepdims=True)
np.where(g > 0)
np.add.reduce(g)
"""
REFUSED_PROGRAMS = r"""
import torch
---
import random
print(random.random())
---
from dataclasses import dataclass
---
import optimlib as ol
---
from numpy import cumsum
---
fs = [lambda: k for k in range(3)]
print([f() for f in fs])
---
fs = {k: (lambda w: w * k) for k in range(3)}
print(fs[1](2))
---
open('x')
---
input()
---
exec('1')
---
eval('1')
---
np.sqrt = abs
---
async def f():
    pass
"""


SHOW = """\
try:
    print(repr({}))
except Exception as error:
    print(type(error).__name__, error)
"""


def shown(expressions, count=30):
    """Return programs that show the expressions of a text, `count` each, or the error."""
    lines = expressions.splitlines()
    return [
        SETUP + "".join(map(SHOW.format, lines[start : start + count]))
        for start in range(0, len(lines), count)
    ]


def separate(text):
    """Return the programs of a text."""
    return [SETUP + program for program in text.strip("\n").split("\n---\n")]


def programs():
    """Return the programs that the page runs as Python does."""
    texts = [ARITHMETIC, COMPARISONS, MATH, FORMATS, NUMPY, ERRORS]
    return [
        *(program for text in texts for program in shown(text)),
        *separate(PROGRAMS),
    ]


def refused():
    """Return the programs that it refuses."""
    lines = REFUSED_EXPRESSIONS.splitlines()
    return [*(f"{SETUP}{line}\n" for line in lines), *separate(REFUSED_PROGRAMS)]
