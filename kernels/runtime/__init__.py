"""What every kernel needs: kinds of rows, the device they run on, their place among the operators of PyTorch."""
