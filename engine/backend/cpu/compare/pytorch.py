"""The work of `trapped bench --network vgg19` in PyTorch, as one line of the same JSON.

It runs with the Python that has Debian's python3-torch, and needs libopenblas0-openmp
beside it: that package alone brings the reference BLAS, with which the Gram matrices
take most of the time. It is not called torch.py as it would then import itself.
"""

import argparse
import ctypes
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F

WIDTHS = {
    "conv1_1": 64, "conv1_2": 64, "conv2_1": 128, "conv2_2": 128,
    "conv3_1": 256, "conv3_2": 256, "conv3_3": 256, "conv3_4": 256,
    "conv4_1": 512, "conv4_2": 512, "conv4_3": 512, "conv4_4": 512, "conv5_1": 512,
}
CONTENT = "conv4_2"
STYLES = ["conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"]


def pooled(name):
    """Whether a pooling stands before that convolution."""
    return name.endswith("_1") and name != "conv1_1"


def he_weights():
    """Filters drawn as He et al. 2015 (arXiv 1502.01852) say, and biases of zero."""
    convs, channels = {}, 3
    for name, out in WIDTHS.items():
        convs[name] = torch.randn(out, channels, 3, 3) * (2 / (9 * channels)) ** 0.5, torch.zeros(out)
        channels = out
    return convs


def forward(x, convs):
    """Returns the activations that the losses look at."""
    taps = {}
    for name, (filters, bias) in convs.items():
        if pooled(name):
            x = F.avg_pool2d(x, 2)
        x = F.relu_(F.conv2d(x, filters, bias, padding=1))
        if name == CONTENT or name in STYLES:
            taps[name] = x
    return taps


def gram(f):
    """F F^T / (H W): Gatys et al. 2015 (arXiv 1508.06576), eq. 3."""
    f = f.flatten(2)[0]
    return f @ f.t() / f.shape[1]


def flops(size):
    """Operations of the convolutions, both ways, as engine/vgg counts them."""
    total, channels = 0, 3
    for name, out in WIDTHS.items():
        if pooled(name):
            size //= 2
        total += 2 * 2 * 9 * channels * out * size * size
        channels = out
    return total


def be_fair():
    """Refuses a PyTorch that lacks what makes it fast, and lets it keep its memory.

    Feature maps that are mapped and unmapped at every step would cost it a tenth more.
    """
    if not torch.backends.mkldnn.is_available():
        raise SystemExit("This PyTorch has no oneDNN, so its times would say nothing.")
    with open("/proc/self/maps", encoding="ascii", errors="replace") as maps:
        if "/blas/libblas.so" in maps.read():
            raise SystemExit("This PyTorch uses the reference BLAS; install libopenblas0-openmp.")
    mmap_max, trim_threshold = -4, -1  # of malloc.h
    libc = ctypes.CDLL(None)
    libc.mallopt(mmap_max, 0)
    libc.mallopt(trim_threshold, -1)


def capability():
    """The instructions that PyTorch says it uses; oneDNN and BLAS choose their own."""
    _, _, rest = torch.__config__.show().partition("CPU capability usage: ")
    return rest.partition("\n")[0].lower()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256, help="width and height of the pictures")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--iterations", type=int, default=5)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--tf32", action="store_true", help="let CUDA round factors to 10 bits")
    args = parser.parse_args()
    cuda = args.device == "cuda"
    if cuda:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = args.tf32
        torch.backends.cudnn.benchmark = True
    else:
        be_fair()
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)

    def picture():
        return (torch.rand(1, 3, args.size, args.size) * 255 - 120).to(args.device)

    convs = {name: (w.to(args.device), b.to(args.device)) for name, (w, b) in he_weights().items()}
    with torch.no_grad():
        content = forward(picture(), convs)[CONTENT]
        taps = forward(picture(), convs)
        styles = {name: gram(taps[name]) for name in STYLES}
        del taps
    image = picture().requires_grad_()

    def iteration():
        image.grad = None
        taps = forward(image, convs)
        loss = F.mse_loss(taps[CONTENT], content)
        for name in STYLES:
            loss = loss + F.mse_loss(gram(taps[name]), styles[name])
        loss.backward()
        if not torch.isfinite(loss):  # which waits for the device, as a step of ours does
            raise SystemExit("The loss is not a number.")

    iteration()  # does not count
    seconds = []
    for _ in range(args.iterations):
        start = time.perf_counter()
        iteration()
        seconds.append(time.perf_counter() - start)
    median = statistics.median_high(seconds)
    print(json.dumps({
        "network": "vgg19",
        "size": args.size,
        "threads": torch.get_num_threads(),
        "backend": "torch " + torch.__version__,
        "isa": torch.cuda.get_device_name() + (", TF32" if args.tf32 else "") if cuda else capability(),
        "seconds": seconds,
        "median_seconds": median,
        "gflops": flops(args.size) / median / 1e9,
        "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }))


if __name__ == "__main__":
    main()
