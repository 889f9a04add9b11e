#!/usr/bin/env bash
# Expected: NPY_DISABLE_CPU_FEATURES="AVX2 FMA3", with which one gets the digits of a processor without these
#   from NumPy 2.3, gets them from NumPy 2.4 too, or the import fails, or something is printed.
# Happens:  NumPy 2.4 groups features by other names (X86_V3 holds AVX2 and FMA3). With the old ones it
#   raises an ImportWarning, which Python hides unless asked, and goes on with all features: the digits are
#   those of the processor. With X86_V3 they are those that 2.3 had, and __cpu_features__ still says AVX2.
# Versions: numpy 2.3.5 and 2.4.6, Python 3.11, x86-64 with AVX2 and FMA3.
# Source:   the runs; https://numpy.org/devdocs/reference/simd/build-options.html (read after them)
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo || { echo "needs a processor with AVX2 and FMA3"; exit 1; }
for version in 2.3.5 2.4.6; do
    python3 -m venv "$place/$version"
    "$place/$version/bin/pip" install --quiet --disable-pip-version-check "numpy==$version"
done
cat >"$place/run.py" <<'PYTHON'
import numpy as np

x = np.linspace(0, 3, 100_003, dtype=np.float32)
found = np._core._multiarray_umath.__cpu_features__["AVX2"]
print(f"{np.exp(x).sum(dtype=float):.6f} AVX2 {found}")
PYTHON
sums() { NPY_DISABLE_CPU_FEATURES="$2" "$place/$1/bin/python" "$place/run.py" 2>&1; }
# Without the 512-bit features, which differ from processor to processor.
wide_old="AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
wide_new="X86_V4 AVX512_ICL AVX512_SPR"
with=$(sums 2.4.6 "$wide_new")
old=$(sums 2.3.5 "AVX2 FMA3 $wide_old")
ignored=$(sums 2.4.6 "AVX2 FMA3 $wide_new")
new=$(sums 2.4.6 "X86_V3 $wide_new")
warned=$(NPY_DISABLE_CPU_FEATURES="AVX2 FMA3" "$place/2.4.6/bin/python" -W error -c "import numpy" 2>&1 | grep -c ImportWarning || true)
echo "2.4.6, with AVX2 and FMA3:       $with"
echo "2.3.5, disabled as AVX2 FMA3:    $old"
echo "2.4.6, disabled as AVX2 FMA3:    $ignored"
echo "2.4.6, disabled as X86_V3:       $new"
echo "2.4.6, under -W error:           ${warned} ImportWarning"
[ "$ignored" = "$with" ] && [ "${old% AVX2*}" = "${new% AVX2*}" ] && [ "${old% AVX2*}" != "${with% AVX2*}" ] &&
    [ "${old##* }" = False ] && [ "${new##* }" = True ] && [ "$warned" = 1 ] ||
    { echo "it changed: old names count again, or are refused aloud, or the digits are others"; exit 1; }
