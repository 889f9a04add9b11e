// What Brython computes otherwise than Python, computed as Python does; and `math`, which Brython
// has only in its library of 5 MB.
/* oxlint-disable no-underscore-dangle -- Brython's names */
/* oxlint-disable oxc/number-arg-out-of-range -- since 2018 up to 100 decimals can be asked for */
"use strict";
(($B) => {
const _b_ = $B.builtins;
const float = (value) => $B.fast_float(value);
const raise = (type, message) => $B.RAISE(_b_[type], message);
const whole = _b_.int.$int_or_long;

// Of a number of exactly these types, what JavaScript computes with; of others nothing.
const isWhole = (x) => typeof x === "number" || typeof x === "bigint" || typeof x === "boolean";
const isFloat = (x) => x !== null && typeof x === "object" && x.ob_type === _b_.float;
const toFloat = (x) => {
  if (isFloat(x)) return x.value;
  const value = Number(x);
  if (!isFinite(value)) raise("OverflowError", "int too large to convert to float");
  return value;
};

// Arithmetic

const floorDivision = (x, y) => {
  let rest = x % y, quotient = (x - rest) / y;
  if (rest !== 0 && !isNaN(rest)) {
    if (y < 0 !== rest < 0) {
      rest += y;
      quotient -= 1;
    }
  } else if (rest === 0) rest = y < 0 || Object.is(y, -0) ? -0 : 0;
  if (quotient !== 0 && !isNaN(quotient)) {
    const floor = Math.floor(quotient);
    quotient = quotient - floor > 0.5 ? floor + 1 : floor;
  } else if (quotient === 0) quotient = x / y < 0 || Object.is(x / y, -0) ? -0 : 0;
  return [quotient, rest];
};

// Whole powers with twice the digits: Math.pow is off in the last one more often than C's.
const split = (x) => {
  const large = 134217729 * x, high = large - (large - x);
  return [high, x - high];
};
const productOf = ([a, aRest], [b, bRest]) => {
  const [a1, a2] = split(a), [b1, b2] = split(b), value = a * b;
  const rest = a2 * b2 - (value - a1 * b1 - a2 * b1 - a1 * b2) + a * bRest + aRest * b;
  return [value + rest, rest - (value + rest - value)];
};
const wholePower = (x, n) => {
  let result = [1, 0], factor = [x, 0];
  for (let k = Math.abs(n); k > 0; k = Math.floor(k / 2)) {
    if (k % 2) result = productOf(result, factor);
    if (k > 1) factor = productOf(factor, factor);
  }
  const [value] = result;
  if (n >= 0) return value;
  const inverse = 1 / value, [back, rest] = productOf([inverse, 0], result);
  return inverse + (1 - back - rest) * inverse;
};
const powerOf = (x, y) => {
  const value = Math.pow(x, y), size = Math.abs(value);
  const isWholePower = Number.isInteger(y) && Math.abs(y) <= 1024;
  if (!isWholePower || !(size > 1e-280 && size < 1e280) || Math.abs(x) > 1e280) return value;
  return wholePower(x, y);
};

const power = (x, y) => {
  if (y === 0 || x === 1) return 1;
  if (isNaN(x) || isNaN(y)) return NaN;
  if (Math.abs(y) === Infinity && x === -1) return 1;
  if (x === 0 && y < 0) raise("ZeroDivisionError", "0.0 cannot be raised to a negative power");
  if (x < 0 && isFinite(x) && isFinite(y) && !Number.isInteger(y))
    $B.refuse(
      "A power of a negative number is complex where the exponent is no whole number; this page " +
      "computes with real numbers.",
    );
  const value = powerOf(x, y);
  if (Math.abs(value) === Infinity && isFinite(x) && isFinite(y))
    raise("OverflowError", "(34, 'Numerical result out of range')");
  return value;
};

const FLOATS = {
  __add__: (x, y) => x + y,
  __sub__: (x, y) => x - y,
  __mul__: (x, y) => x * y,
  __truediv__: (x, y) => y === 0 ? raise("ZeroDivisionError", "float division by zero") : x / y,
  __floordiv__: (x, y) =>
    y === 0 ? raise("ZeroDivisionError", "float floor division by zero") : floorDivision(x, y)[0],
  __mod__: (x, y) =>
    y === 0 ? raise("ZeroDivisionError", "float modulo") : floorDivision(x, y)[1],
  __pow__: power,
};

const floorOf = (x, y) => {
  const quotient = x / y;
  return x % y !== 0n && x < 0n !== y < 0n ? quotient - 1n : quotient;
};
const WHOLES = {
  __add__: (x, y) => x + y,
  __sub__: (x, y) => x - y,
  __mul__: (x, y) => x * y,
  __floordiv__: (x, y) =>
    y === 0n ? raise("ZeroDivisionError", "integer division or modulo by zero") : floorOf(x, y),
  __mod__: (x, y) =>
    y === 0n ? raise("ZeroDivisionError", "integer modulo by zero") : x - y * floorOf(x, y),
  __pow__: (x, y) => x ** y,
};
const SAFE = {
  __add__: (x, y) => x + y,
  __sub__: (x, y) => x - y,
  __mul__: (x, y) => x * y,
};

const arithmetic = (op, x, y) => {
  if (isFloat(x) ? !isFloat(y) && !isWhole(y) : !isWhole(x) || !isFloat(y) && !isWhole(y))
    return undefined;
  if (op === "__divmod__") {
    const isZero = isFloat(y) ? y.value === 0 : Number(y) === 0;
    if (isZero && (isFloat(x) || isFloat(y))) raise("ZeroDivisionError", "float divmod()");
    return $B.fast_tuple([arithmetic("__floordiv__", x, y), arithmetic("__mod__", x, y)]);
  }
  if (isFloat(x) || isFloat(y)) {
    const compute = FLOATS[op];
    return compute && float(compute(toFloat(x), toFloat(y)));
  }
  if (op === "__truediv__") {
    if (Number(y) === 0) raise("ZeroDivisionError", "division by zero");
    const isExact = Number.isSafeInteger(Number(x)) && Number.isSafeInteger(Number(y));
    return isExact ? float(Number(x) / Number(y)) : _b_.int.nb_true_divide(x, y);
  }
  if (op === "__pow__" && Number(y) < 0) return float(power(toFloat(x), toFloat(y)));
  if (SAFE[op] && typeof x !== "bigint" && typeof y !== "bigint") {
    const value = SAFE[op](Number(x), Number(y));
    if (Number.isSafeInteger(value)) return value + 0;
  }
  return WHOLES[op] && whole(WHOLES[op](BigInt(x), BigInt(y)));
};

// What cannot be joined to a text or a list.
const checkJoined = (x, y) => {
  const kind = typeof x === "string" ? "str" : Array.isArray(x) && x.ob_type === _b_.list ? "list"
    : Array.isArray(x) && $B.is_tuple(x) ? "tuple" : null;
  const isOther = isWhole(y) || isFloat(y) || y === _b_.None || typeof y === "string" ||
    $B.$isinstance(y, [_b_.list, _b_.tuple, _b_.dict]);
  if (kind && isOther && $B.class_name(y) !== kind) {
    const verb = kind === "str" ? "concatenate str" : `concatenate ${kind}`;
    raise("TypeError", `can only ${verb} (not "${$B.class_name(y)}") to ${kind}`);
  }
};

const original = { ...$B };
$B.rich_op = (op, x, y, position) => {
  try {
    if (op === "__mod__" && typeof x === "string") return percent(x, y);
    if (op === "__add__") checkJoined(x, y);
    const value = arithmetic(op, x, y);
    return value === undefined ? original.rich_op1(op, x, y) : value;
  } catch (error) {
    $B.set_inum(position);
    throw error;
  }
};
const SIGNS = {
  "+=": "__add__", "-=": "__sub__", "*=": "__mul__", "/=": "__truediv__", "//=": "__floordiv__",
  "%=": "__mod__", "**=": "__pow__",
};
$B.augm_assign = (left, op, right) => {
  const value = SIGNS[op] && arithmetic(SIGNS[op], left, right);
  return value === undefined ? original.augm_assign(left, op, right) : value;
};
$B.$bool = (x) => isFloat(x) ? x.value !== 0 : typeof x === "bigint" ? x !== 0n : original.$bool(x);

// Decimals: JavaScript's are exact, and round a half away from zero where Python takes the even.

const even = (text, all) => {
  const kept = all.slice(0, text.length), rest = all.slice(text.length);
  return /^\.?50*$/.test(rest) && /[02468]\.?$/.test(kept) ? kept : text;
};
const fixed = (x, digits) => {
  if (x >= 1e21) return BigInt(x).toString() + (digits ? "." + "0".repeat(digits) : "");
  const most = Math.min(digits, 100);
  return even(x.toFixed(most), x.toFixed(100)) + "0".repeat(digits - most);
};
const scientific = (x, digits) => {
  const most = Math.min(digits, 100);
  const [mantissa, exponent] = x.toExponential(most).split("e");
  const all = x.toExponential(100).split("e")[0];
  const isSame = x.toExponential(100).split("e")[1] === exponent;
  return [(isSame ? even(mantissa, all) : mantissa) + "0".repeat(digits - most), Number(exponent)];
};
const exponentText = (exponent) =>
  `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
const general = (x, precision, hasPoint, isAlternate) => {
  const digits = precision || 1;
  const [mantissa, exponent] = x === 0 ? ["0." + "0".repeat(digits - 1), 0]
    : scientific(x, digits - 1);
  const isPlain = exponent >= -4 && exponent < digits - (hasPoint ? 1 : 0);
  let text = isPlain ? fixed(x, Math.max(digits - 1 - exponent, 0)) : mantissa;
  if (text.includes(".") && !isAlternate) text = text.replace(/\.?0*$/, "");
  if (isPlain && hasPoint && !text.includes(".")) text += ".0";
  return isPlain ? text : text + exponentText(exponent);
};
// The digits of a number that is not negative, and its ending.
const digitsOf = (x, { type, precision, alternate }) => {
  const isUpper = type !== undefined && "EFG".includes(type);
  let text;
  if (isNaN(x)) text = "nan";
  else if (x === Infinity) text = "inf";
  else {
    switch (type && type.toLowerCase()) {
      case "e": {
        const [mantissa, exponent] = scientific(x, precision ?? 6);
        text = mantissa + (alternate && precision === 0 ? "." : "") +
          exponentText(exponent);
        break;
      }
      case "f":
        text = fixed(x, precision ?? 6) + (alternate && precision === 0 ? "." : "");
        break;
      case "%":
        text = fixed(x * 100, precision ?? 6) + "%";
        break;
      case "g":
      case "n":
        text = general(x, precision ?? 6, false, alternate);
        break;
      default:
        text = precision === undefined ? _b_.float.tp_repr(float(x))
          : general(x, precision, true, alternate);
    }
  }
  return isUpper ? text.toUpperCase() : text;
};

const SPECIFIER = /^(?:([^])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;
const parsed = (specifier, kind) => {
  const match = SPECIFIER.exec(specifier);
  if (!match)
    raise("ValueError", `Invalid format specifier '${specifier}' for object of type '${kind}'`);
  const [, fill, align, sign, zero, alternate, zeros, width, group, precision, type] = match;
  return {
    fill: fill ?? (zeros ? "0" : " "),
    align: align ?? (zeros ? "=" : ">"),
    sign: sign ?? "-",
    zero, alternate, group, type,
    width: Number(width ?? 0),
    precision: precision === undefined ? undefined : Number(precision),
  };
};
const grouped = (text, { group, fill, align, width, type }, room) => {
  if (!group) return text;
  const each = type && "box".includes(type.toLowerCase()) ? 4 : 3;
  const [digits, rest] = /^([\da-f]*)(.*)$/is.exec(text).slice(1);
  const inGroups = (some) => some.replace(new RegExp(`\\B(?=(.{${each}})+$)`, "g"), group);
  let all = digits;
  if (fill === "0" && align === "=")
    while (inGroups("0" + all).length + rest.length + room <= width) all = "0" + all;
  return inGroups(all) + rest;
};
const padded = (sign, text, { fill, align, width }) => {
  const missing = Math.max(width - sign.length - [...text].length, 0);
  if (align === "=") return sign + fill.repeat(missing) + text;
  const left = { "<": 0, ">": missing, "^": Math.floor(missing / 2) }[align];
  return fill.repeat(left) + sign + text + fill.repeat(missing - left);
};
const signOf = (isNegative, { sign }) => isNegative ? "-" : sign === "-" ? "" : sign;

const formatFloat = (x, specifier) => {
  const form = parsed(specifier, "float");
  if (form.type && !"eEfFgGn%".includes(form.type))
    raise("ValueError", `Unknown format code '${form.type}' for object of type 'float'`);
  const digits = digitsOf(Math.abs(x), form);
  const isZero = form.zero && !/[1-9a-z]/i.test(digits.replace(/e.*/, ""));
  const sign = signOf(!isZero && (x < 0 || Object.is(x, -0)), form);
  return padded(sign, grouped(digits, form, sign.length), form);
};
const formatWhole = (x, specifier) => {
  const form = parsed(specifier, "int");
  if (form.type && "eEfFgG%".includes(form.type)) return formatFloat(toFloat(x), specifier);
  const radix = { b: 2, o: 8, x: 16, X: 16, d: 10, n: 10 }[form.type ?? "d"];
  if (!radix) raise("ValueError", `Unknown format code '${form.type}' for object of type 'int'`);
  if (form.precision !== undefined)
    raise("ValueError", "Precision not allowed in integer format specifier");
  const value = BigInt(x);
  let digits = (value < 0n ? -value : value).toString(radix);
  if (form.type === "X") digits = digits.toUpperCase();
  const sign = signOf(value < 0n, form) + (form.alternate && radix !== 10 ? `0${form.type}` : "");
  return padded(sign, grouped(digits, form, sign.length), form);
};
const replaceMethod = (type, name, method) => {
  const descriptor = $B.get_from_dict(_b_[type], name, $B.NULL);
  descriptor.method = Object.assign(method, { ob_type: $B.builtin_method, self: descriptor });
  _b_[type].tp_funcs[name] = method;
};
const text = (x) => _b_.str.$factory(x);
replaceMethod("float", "__format__", (self, specifier) =>
  String(specifier) === "" ? text(self) : formatFloat(self.value, String(specifier)));
replaceMethod("int", "__format__", (self, specifier) => {
  const value = typeof self === "object" ? self.value : self;
  return String(specifier) === "" ? text(self) : formatWhole(value, String(specifier));
});

const placed = (type, form, value) => {
  const isNumber = $B.$isinstance(value, [_b_.int, _b_.float]);
  if ("rsa".includes(type)) {
    const shown = String(type === "s" ? text(value) : _b_.repr(value));
    const align = form.align === "=" ? ">" : form.align;
    return padded("", shown.slice(0, form.precision), { ...form, fill: " ", align });
  }
  if ("diu".includes(type)) {
    if (!isNumber)
      raise("TypeError", `%${type} format: a real number is required, not ${$B.class_name(value)}`);
    const number = BigInt(_b_.int.$factory(value, _b_.None));
    const digits = (number < 0n ? -number : number).toString();
    return padded(signOf(number < 0n, form), digits.padStart(form.precision ?? 0, "0"), form);
  }
  if ("eEfFgG".includes(type)) {
    if (!isNumber && $B.$getattr($B.get_class(value), "__float__", $B.NULL) === $B.NULL)
      raise("TypeError", `must be real number, not ${$B.class_name(value)}`);
    const x = toFloat(_b_.float.$factory(value));
    return padded(signOf(x < 0 || Object.is(x, -0), form), digitsOf(Math.abs(x), form), form);
  }
  if ("xXo".includes(type) && isWhole(value)) {
    const radix = type === "o" ? 8 : 16, number = BigInt(value);
    const digits = (number < 0n ? -number : number).toString(radix);
    return padded(signOf(number < 0n, form), type === "X" ? digits.toUpperCase() : digits, form);
  }
  return null;
};
const PLACEHOLDER = /%(?:\((.*?)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?([a-zA-Z%])?/g;
const percent = (pattern, given) => {
  const values = $B.is_tuple(given) ? [...given] : [given];
  let used = 0;
  const next = () =>
    used < values.length ? values[used++]
      : raise("TypeError", "not enough arguments for format string");
  const result = pattern.replace(PLACEHOLDER, (all, name, flags, width, precision, type, at) => {
    if (type === "%") return "%";
    if (type === undefined) raise("ValueError", "incomplete format");
    const form = {
      fill: flags.includes("0") && !flags.includes("-") ? "0" : " ",
      align: flags.includes("-") ? "<" : flags.includes("0") ? "=" : ">",
      sign: flags.includes("+") ? "+" : flags.includes(" ") ? " " : "-",
      alternate: flags.includes("#"),
      width: Number(width === "*" ? next() : width ?? 0),
      precision: precision === undefined ? undefined
        : Number(precision === "*" ? next() : precision),
      type,
    };
    const value = name === undefined ? next() : $B.$getitem(given, name);
    if (name !== undefined) used = values.length;
    const shown = placed(type, form, value);
    if (shown !== null) return shown;
    return raise("ValueError",
      `unsupported format character '${type}' (0x${type.charCodeAt(0).toString(16)}) at index ` +
      (at + all.length - 1));
  });
  const isMapping = $B.$isinstance(given, _b_.dict) || !$B.is_tuple(given) && used === 0 &&
    typeof given !== "string" && !isWhole(given) && !isFloat(given) &&
    $B.$getattr($B.get_class(given), "__getitem__", $B.NULL) !== $B.NULL;
  if (used < values.length && !isMapping)
    raise("TypeError", "not all arguments converted during string formatting");
  return result;
};

// Rounding

const roundedFloat = (x, digits) => {
  if (!isFinite(x)) return x;
  if (digits > 323) return x;
  const size = Math.abs(x), sign = x < 0 || Object.is(x, -0) ? -1 : 1;
  if (digits >= 0) return sign * Number(fixed(size, digits));
  const exponent = size === 0 ? 0 : scientific(size, 0)[1], kept = exponent + digits;
  if (size === 0 || kept < -1) return sign < 0 ? -0 : 0;
  const unit = Number(`1e${-digits}`);
  if (kept < 0) return sign * (size > unit / 2 ? unit : 0);
  const value = sign * Number(scientific(size, kept).join("e"));
  return isFinite(value) ? value : raise("OverflowError", "rounded value too large to represent");
};
const roundedWhole = (x, digits) => {
  if (digits >= 0) return x;
  const unit = 10n ** BigInt(-digits), value = BigInt(x), down = floorOf(value, unit);
  const rest = 2n * (value - down * unit);
  const up = rest > unit || rest === unit && down % 2n !== 0n;
  return whole((down + (up ? 1n : 0n)) * unit);
};
const toWhole = (x) => {
  if (isNaN(x)) raise("ValueError", "cannot convert float NaN to integer");
  if (!isFinite(x)) raise("OverflowError", "cannot convert float infinity to integer");
  return whole(BigInt(x));
};
const digitsGiven = (digits) => digits === undefined || digits === _b_.None ? null
  : isWhole(digits) ? Number(digits)
    : raise("TypeError", `'${$B.class_name(digits)}' object cannot be interpreted as an integer`);
replaceMethod("float", "__round__", (self, digits) => {
  const given = digitsGiven(digits);
  if (given !== null) return float(roundedFloat(self.value, given));
  return toWhole(isFinite(self.value) ? roundedFloat(self.value, 0) : self.value);
});
replaceMethod("int", "__round__", (self, digits) => {
  const value = typeof self === "object" ? self.value : self, given = digitsGiven(digits);
  return roundedWhole(typeof value === "boolean" ? Number(value) : value, given ?? 0);
});
const builtin = (name, call) => {
  _b_[name] = Object.assign(call, {
    ob_type: $B.builtin_function_or_method, m_module: "builtins",
    $function_infos: ["builtins", name, name],
  });
};
builtin("round", function () {
  const { number, ndigits } = $B.args("round", 2, { number: null, ndigits: null }, arguments,
    { ndigits: _b_.None }, null, null);
  const type = $B.get_class(number), method = $B.$getattr(type, "__round__", $B.NULL);
  if (method === $B.NULL)
    raise("TypeError", `type ${$B.class_name(number)} doesn't define __round__ method`);
  return ndigits === _b_.None ? $B.$call(method, number) : $B.$call(method, number, ndigits);
});
// Where Brython takes any object that a comparison returns for true.
for (const name of ["max", "min", "sorted"]) {
  const call = _b_[name];
  builtin(name, (...given) => {
    const compare = $B.rich_comp;
    $B.rich_comp = (op, x, y) => $B.$bool(compare(op, x, y));
    try {
      return call(...given);
    } finally {
      $B.rich_comp = compare;
    }
  });
}
// nan is itself, and no other nan.
$B.$is = (x, y) => isFloat(x) && isNaN(x.value) ? x === y : original.$is(x, y);
// What suggestions for wrong names look through: the library, which is not here.
$B.stdlib_module_names ??= [];
_b_.float.nb_int = (self) => toWhole(Math.trunc(self.value));
const toInt = _b_.int.$factory;
_b_.int.$factory = (...given) => {
  const value = toInt(...given);
  return value === 0 ? 0 : value;  // And not −0, which Brython makes of −0.5.
};

// Texts: Brython puts a space of no width before an accent.

const plain = (x) => typeof x === "string" ? x : x.valueOf();
const shownText = _b_.str.tp_repr;
_b_.str.tp_str = plain;
_b_.str.tp_repr = (self) => shownText(self).replace(/\u200B([\u0300-\u036F]) /g, "$1");

// math

const real = (x) => {
  if (isFloat(x) || isWhole(x)) return toFloat(x);
  if ($B.$isinstance(x, _b_.float)) return x.value;
  const method = $B.$getattr($B.get_class(x), "__float__", $B.NULL);
  if (method === $B.NULL) raise("TypeError", `must be real number, not ${$B.class_name(x)}`);
  return $B.$call(method, x).value;
};
const checked = (name, compute) => (...given) => {
  const x = given.map(real), value = compute(...x);
  if (isNaN(value) && !x.some(isNaN)) raise("ValueError", "math domain error");
  if (Math.abs(value) === Infinity && x.every(isFinite))
    raise(name === "log" ? "ValueError" : "OverflowError",
      name === "log" ? "math domain error" : "math range error");
  return float(value);
};
const rounding = (compute) => (x) => {
  if (isWhole(x)) return typeof x === "boolean" ? Number(x) : x;
  if (!$B.$isinstance(x, _b_.float)) real(x);
  return toWhole(compute(x.value));
};
const toPower = (x, y) => {
  if (x === 1 || y === 0 || x === -1 && Math.abs(y) === Infinity) return 1;
  if (x === 0 && y < 0 && isFinite(y)) return NaN;
  return powerOf(x, y);
};
// Math.hypot differs from C's in the last digit.
const length = (...x) => {
  const sizes = x.map(Math.abs), largest = Math.max(...sizes, 0);
  if (sizes.includes(Infinity)) return Infinity;
  if (largest === 0 || isNaN(largest)) return largest;
  const scale = 2 ** Math.max(Math.min(Math.floor(Math.log2(largest)), 1000), -1000);
  let sum = 0, error = 0;
  const plus = (term) => {
    const total = sum + term;
    error += Math.abs(sum) >= Math.abs(term) ? sum - total + term : term - total + sum;
    sum = total;
  };
  const square = (value, sign) => {
    const high = Math.fround(value), low = value - high;
    plus(sign * high * high);
    plus(sign * 2 * high * low);
    plus(sign * low * low);
  };
  sizes.forEach((size) => square(size / scale, 1));
  const root = Math.sqrt(sum + error);
  square(root, -1);
  return scale * (root + (sum + error) / (2 * root));
};
const LOGARITHMS = {
  log: Math.log, log2: Math.log2, log10: Math.log10, log1p: Math.log1p,
};
const OTHERS = {
  sqrt: Math.sqrt, exp: Math.exp, expm1: Math.expm1, sin: Math.sin, cos: Math.cos, tan: Math.tan,
  asin: Math.asin, acos: Math.acos, atan: Math.atan, atan2: Math.atan2, sinh: Math.sinh,
  cosh: Math.cosh, tanh: Math.tanh, fabs: Math.abs, cbrt: Math.cbrt, exp2: (x) => 2 ** x,
  pow: toPower, fmod: (x, y) => x % y, hypot: length,
  copysign: (x, y) => y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x),
  degrees: (x) => x * (180 / Math.PI), radians: (x) => x * (Math.PI / 180),
};
const functions = {};
for (const [name, compute] of Object.entries(LOGARITHMS))
  functions[name] = (x, base) => {
    if (isWhole(x) && typeof x === "bigint" && x > 0n) {
      const shift = BigInt(Math.max(x.toString(2).length - 60, 0));
      const value = compute(Number(x >> shift)) + Number(shift) * compute(2);
      return float(base === undefined ? value : value / Math.log(real(base)));
    }
    const value = checked("log", compute)(x);
    if (base === undefined) return value;
    return float(FLOATS.__truediv__(value.value, checked("log", Math.log)(base).value));
  };
for (const [name, compute] of Object.entries(OTHERS)) functions[name] = checked(name, compute);
Object.assign(functions, {
  floor: rounding(Math.floor), ceil: rounding(Math.ceil), trunc: rounding(Math.trunc),
  isnan: (x) => isNaN(real(x)),
  isinf: (x) => Math.abs(real(x)) === Infinity,
  isfinite: (x) => isFinite(real(x)),
  factorial: (n) => {
    if (!isWhole(n))
      raise("TypeError", `'${$B.class_name(n)}' object cannot be interpreted as an integer`);
    if (n < 0) raise("ValueError", "factorial() not defined for negative values");
    let product = 1n;
    for (let k = 2n; k <= BigInt(n); k++) product *= k;
    return whole(product);
  },
  isclose: function () {
    const { a, b, rel_tol, abs_tol } = $B.args("isclose", 4,
      { a: null, b: null, rel_tol: null, abs_tol: null }, arguments,
      { rel_tol: float(1e-9), abs_tol: float(0) }, null, null);
    const [x, y] = [real(a), real(b)];
    if (x === y) return true;
    if (!isFinite(x) || !isFinite(y)) return false;
    const size = Math.max(Math.abs(x), Math.abs(y));
    return Math.abs(x - y) <= Math.max(real(rel_tol) * size, real(abs_tol));
  },
});
$B.imported.math = $B.module.$factory("math");
$B.addToImported("math", functions);
const CONSTANTS = { pi: Math.PI, e: Math.E, tau: 2 * Math.PI, inf: Infinity, nan: NaN };
for (const [name, value] of Object.entries(CONSTANTS))
  $B.module_setattr($B.imported.math, name, float(value));
})(globalThis.__BRYTHON__);
