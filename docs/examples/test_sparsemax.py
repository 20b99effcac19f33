from sparsemax import sparsemax

from entmax_oracle.testing import laws

test_laws = laws(sparsemax, fixed_alpha=2, arrays="numpy", dtypes=("float64",), skip_laws=("generators",))
