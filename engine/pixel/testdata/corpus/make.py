#!/usr/bin/python3
"""Makes the files of this folder, each a small picture in one variant of a kind, and
pixels.json: of each the size and some pixels, as ImageMagick shows them, which reads by
libjpeg-turbo, libpng, libtiff and libwebp, and BMP and GIF itself.

It needs Debian's libtiff-tools, libjpeg-turbo-progs, netpbm, webp, imagemagick,
libimage-exiftool-perl and python3-pil. Files differ between versions of these: what is
committed was made with those of Debian 12.
"""
import json, math, os, struct, subprocess, tempfile, zlib
from PIL import Image, ImageOps

W, H = 45, 35
here = os.path.dirname(os.path.abspath(__file__))
tmp = tempfile.mkdtemp()
files = {}  # name: (kind, what it is refused as or "", tolerance)


def at(x, y):
    """A smooth picture with one edge, of luma only: package jpeg repeats a chroma for all of
    its pixels, where libjpeg goes from one to the next."""
    edge = 30 if y < H // 2 else -30
    r = 128 + 90 * math.sin(x / 12) * math.cos(y / 14)
    g = 128 + 80 * math.sin((x + y) / 18)
    return int(r) + edge, int(g) + edge, 35 + 4 * x + edge


def sh(*args, out=None):
    data = subprocess.run([str(a) for a in args], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    if out:
        with open(out, "wb") as f:
            f.write(data)
    return data


def t(name):
    return os.path.join(tmp, name)


def add(kind, name, tolerance=1, refused=""):
    files[name] = (kind, refused, tolerance)
    return os.path.join(here, name)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


base = Image.new("RGB", (W, H))
base.putdata([at(i % W, i // W) for i in range(W * H)])
alpha = base.copy()
alpha.putalpha(Image.new("L", (W, H)))
alpha.putdata([at(i % W, i // W) + (min(255, 40 + 5 * (i % W)),) for i in range(W * H)])
grey = base.convert("L")
base.save(t("rgb.ppm")), base.save(t("rgb.png")), alpha.save(t("rgba.png")), grey.save(t("grey.png")), grey.save(t("grey.pgm"))
grey.point(lambda v: 255 if v > 120 else 0).convert("1").save(t("bits.png"))
RGB, RGBA, GREY, BITS = t("rgb.png"), t("rgba.png"), t("grey.png"), t("bits.png")


def jpeg():
    def c(name, *args, source="rgb.ppm", tolerance=12, refused=""):
        sh("cjpeg", *args, t(source), out=add("JPEG", "jpeg_" + name + ".jpg", tolerance, refused))

    for s in ["1x1", "2x1", "1x2", "2x2", "4x1", "1x4", "4x2"]:
        c("sampled_" + s, "-quality", 90, "-sample", s)
    c("grey", "-quality", 90, source="grey.pgm")
    c("quality_30", "-quality", 30)
    c("quality_100", "-quality", 100, "-sample", "1x1", tolerance=4)
    c("optimized", "-optimize")
    c("progressive", "-quality", 90, "-progressive")
    c("progressive_grey", "-progressive", source="grey.pgm")
    c("restart_rows", "-restart", 1)
    c("restart_blocks", "-restart", "2B")
    c("rgb", "-rgb", "-quality", 90)
    c("float", "-dct", "float")
    c("arithmetic", "-arithmetic", refused="a JPEG with arithmetic coding")
    c("arithmetic_progressive", "-arithmetic", "-progressive", refused="a JPEG with arithmetic coding")
    d = read(os.path.join(here, "jpeg_sampled_2x2.jpg"))
    sof = d.index(b"\xff\xc0")
    write(add("JPEG", "jpeg_12_bits.jpg", refused="a JPEG with 12 bits to a sample"), d[:sof + 1] + b"\xc1" + d[sof + 2:sof + 4] + b"\x0c" + d[sof + 5:])
    write(add("JPEG", "jpeg_lossless.jpg", refused="a lossless JPEG"), d[:sof + 1] + b"\xc3" + d[sof + 2:])
    write(add("JPEG", "jpeg_garbage_behind.jpg", 12), d + b"some more" * 30)
    write(add("JPEG", "jpeg_fill_bytes.jpg", 12), d[:sof] + b"\xff" * 5 + d[sof:])
    write(add("JPEG", "jpeg_no_jfif.jpg", 12), d[:2] + d[20:])
    # Four inks, and their YCCK: the same planes under another mark of Adobe's.
    base.convert("CMYK").save(add("JPEG", "jpeg_cmyk.jpg", 12), quality=95)
    ycc = base.convert("YCbCr").split() + (Image.new("L", (W, H), 255),)
    inks = Image.merge("CMYK", [p.point(lambda v: 255 - v) for p in ycc])
    inks.save(t("ycck.jpg"), quality=95)
    d = read(t("ycck.jpg"))
    mark = d.index(b"Adobe") + 11
    write(add("JPEG", "jpeg_ycck.jpg", 14), d[:mark] + b"\x02" + d[mark + 1:])
    for o in range(2, 9):
        sh("cjpeg", "-quality", 95, t("rgb.ppm"), out=add("JPEG", f"jpeg_turned_{o}.jpg", 12))
        sh("exiftool", "-overwrite_original", "-n", f"-Orientation={o}", os.path.join(here, f"jpeg_turned_{o}.jpg"))


def png():
    def c(name, source, *args, tolerance=1):
        sh("convert", source, "-strip", *args, add("PNG", "png_" + name + ".png", tolerance))

    for depth in [1, 2, 4, 8, 16]:
        c(f"grey_{depth}", GREY, "-colorspace", "Gray", "-define", f"png:bit-depth={depth}", "-define", "png:color-type=0", *(["-depth", depth]))
        if depth <= 8:
            c(f"palette_{depth}", RGB, "+dither", "-colors", 2 ** depth, "-define", f"png:bit-depth={depth}", "-define", "png:color-type=3")
    for depth in [8, 16]:
        c(f"rgb_{depth}", RGB, "-define", f"png:bit-depth={depth}", "-define", "png:color-type=2", "-depth", depth)
        c(f"grey_alpha_{depth}", RGBA, "-colorspace", "Gray", "-define", f"png:bit-depth={depth}", "-define", "png:color-type=4", "-depth", depth)
        c(f"rgba_{depth}", RGBA, "-define", f"png:bit-depth={depth}", "-define", "png:color-type=6", "-depth", depth)
    c("interlaced_rgb", RGB, "-interlace", "PNG", "-define", "png:color-type=2")
    c("interlaced_palette", RGB, "+dither", "-colors", 16, "-interlace", "PNG", "-define", "png:color-type=3")
    c("interlaced_bits", BITS, "-interlace", "PNG", "-define", "png:bit-depth=1")
    p = alpha.quantize(32, method=Image.Quantize.FASTOCTREE)
    p.save(add("PNG", "png_palette_alpha.png"))
    base.save(add("PNG", "png_key_colour.png"), transparency=at(3, 3))
    grey.save(add("PNG", "png_key_grey.png"), transparency=grey.getpixel((3, 3)))
    for o in [3, 6, 8]:
        base.save(add("PNG", f"png_turned_{o}.png"), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + bytes([0, o]) + b"\0\0\0\0\0\0")
    base.save(add("PNG", "png_moving.png"), save_all=True, append_images=[Image.new("RGB", (W, H), "red")])


def webp():
    def c(name, *args, source=RGB, tolerance=3):
        sh("cwebp", "-quiet", *args, source, "-o", add("WebP", "webp_" + name + ".webp", tolerance))

    for q in [5, 50, 95]:
        c(f"lossy_{q}", "-q", q)
    c("lossy_segments", "-q", 60, "-segments", 4, "-sns", 100, "-f", 60)
    c("lossy_partitions", "-q", 60, "-m", 6, "-partition_limit", 50)
    c("lossy_simple_filter", "-q", 40, "-nostrong")
    c("lossless", "-lossless", tolerance=0)
    c("lossless_alpha", "-lossless", "-exact", source=RGBA, tolerance=0)
    c("lossless_palette", "-lossless", source=os.path.join(here, "png_palette_4.png"), tolerance=0)
    c("near_lossless", "-near_lossless", 40, tolerance=0)
    c("alpha", "-q", 80, source=RGBA)
    c("alpha_raw", "-q", 80, "-alpha_method", 0, source=RGBA)
    c("alpha_best_filter", "-q", 80, "-alpha_filter", "best", source=RGBA)
    c("alpha_quality", "-q", 80, "-alpha_q", 20, source=RGBA)
    c("sharp", "-q", 80, "-sharp_yuv")
    sh("cwebp", "-quiet", RGB, "-q", 90, "-o", t("a.webp"))
    write(t("o.exif"), b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0")
    sh("webpmux", "-set", "exif", t("o.exif"), t("a.webp"), "-o", add("WebP", "webp_turned_6.webp", 3))
    sh("cwebp", "-quiet", RGBA, "-q", 90, "-o", t("b.webp"))
    sh("cwebp", "-quiet", "-lossless", RGBA, "-o", t("c.webp"))
    for name, first in [("lossy", "a"), ("alpha", "b"), ("lossless", "c")]:
        sh("webpmux", "-frame", t(first + ".webp"), "+100+0+0+0+b", "-frame", t("a.webp"), "+100", "-o", add("WebP", f"webp_moving_{name}.webp", 3))
    sh("webpmux", "-frame", t("a.webp"), "+100+4+6+0+b", "-o", add("WebP", "webp_moving_offset.webp", 3))


def gif():
    def c(name, source, *args):
        sh("convert", source, *args, add("GIF", "gif_" + name + ".gif"))

    for n in [2, 4, 16, 256]:
        c(f"colours_{n}", RGB, "+dither", "-colors", n)
    c("87a", RGB, "+dither", "-colors", 32)
    d = read(os.path.join(here, "gif_87a.gif"))
    write(os.path.join(here, "gif_87a.gif"), b"GIF87a" + d[6:])
    c("interlaced", RGB, "-colors", 64, "-interlace", "GIF")
    c("transparent", RGBA, "-channel", "A", "-threshold", "50%", "+channel", "-colors", 32)
    c("moving", RGB, "-colors", 32, "-size", f"{W}x{H}", "xc:red")
    c("offset", RGB, "-colors", 32, "-repage", f"{W + 12}x{H + 9}+5+4")
    c("comment", RGB, "-colors", 32, "-set", "comment", "a comment before the picture " * 12)
    c("bits", BITS)
    sh("sh", "-c", f"pnmquant -quiet 64 {t('rgb.ppm')} | ppmtogif -quiet -nolzw", out=add("GIF", "gif_uncompressed.gif"))
    d = read(os.path.join(here, "gif_colours_16.gif"))
    write(add("GIF", "gif_no_trailer.gif"), d[:-1])
    write(add("GIF", "gif_garbage_behind.gif"), d + b"more")


def bmp():
    def c(name, source, *args, to="BMP3"):
        sh("convert", source, *args, to + ":" + add("BMP", "bmp_" + name + ".bmp"))

    def p(name, *args, colours=0):
        quant = f"pnmquant -quiet {colours} {t('rgb.ppm')}" if colours else f"cat {t('rgb.ppm')}"
        sh("sh", "-c", f"{quant} | ppmtobmp -quiet {' '.join(args)}", out=add("BMP", "bmp_" + name + ".bmp"))

    for head in ["os2", "windows"]:
        p(f"{head}_24", "-" + head, "-bpp=24")
        p(f"{head}_8", "-" + head, "-bpp=8", colours=200)
        p(f"{head}_4", "-" + head, "-bpp=4", colours=16)
        p(f"{head}_1", "-" + head, "-bpp=1", colours=2)
    c("rle8", RGB, "+dither", "-colors", 100, "-compress", "RLE")
    for sub in ["RGB555", "RGB565", "ARGB4444", "ARGB1555"]:
        c(sub.lower(), RGBA if sub[0] == "A" else RGB, "-define", "bmp:subtype=" + sub, to="BMP")
    c("v4", RGB, "-define", "bmp:format=bmp4", to="BMP")
    c("v5_alpha", RGBA, to="BMP")
    rows = base.tobytes("raw", "BGR")
    stride = (3 * W + 3) // 4 * 4
    head = lambda h, bits, packed, size, heads=b"": struct.pack("<2sIHHI", b"BM", 54 + len(heads) + size, 0, 0, 54 + len(heads)) + struct.pack("<IiiHHIIiiII", 40, W, h, 1, bits, packed, size, 0, 0, len(heads) // 4 if bits <= 8 else 0, 0) + heads
    padded = [rows[3 * W * y:3 * W * (y + 1)].ljust(stride, b"\0") for y in range(H)]
    write(add("BMP", "bmp_top_down.bmp"), head(-H, 24, 0, stride * H) + b"".join(padded))
    fields = struct.pack("<III", 0xff, 0xff00, 0xff0000)
    turned = alpha.convert("RGB").convert("RGBA").tobytes()
    write(add("BMP", "bmp_fields_rgb.bmp"), head(H, 32, 3, 4 * W * H, fields) + b"".join(turned[4 * W * y:4 * W * (y + 1)] for y in reversed(range(H))))
    ten = struct.pack("<III", 0x3ff << 20, 0x3ff << 10, 0x3ff)
    word = lambda c: struct.pack("<I", (c[0] * 1023 // 255) << 20 | (c[1] * 1023 // 255) << 10 | c[2] * 1023 // 255)
    write(add("BMP", "bmp_fields_10.bmp"), head(H, 32, 3, 4 * W * H, ten) + b"".join(word(at(x, y)) for y in reversed(range(H)) for x in range(W)))
    few = base.quantize(16, dither=Image.Dither.NONE)
    colours = few.getpalette()[:48]
    table = b"".join(bytes(reversed(colours[3 * i:3 * i + 3])) + b"\0" for i in range(16))
    packed = b""
    for y in reversed(range(H)):
        row = [few.getpixel((x, y)) for x in range(W)]
        for x in range(0, W, 2):
            packed += bytes([len(row[x:x + 2]), row[x] << 4 | (row[x + 1] if x + 1 < W else 0)])
        packed += b"\0\0"
    packed += b"\0\1"
    write(add("BMP", "bmp_rle4.bmp"), head(H, 4, 2, len(packed), table) + packed)


def tiff():
    def c(name, source, *args, tolerance=1, refused=""):
        sh("convert", source, "-strip", *args, add("TIFF", "tiff_" + name + ".tif", tolerance, refused))

    def cp(name, source, *args, tolerance=1, refused=""):
        sh("tiffcp", *args, os.path.join(here, source) if os.path.exists(os.path.join(here, source)) else source, add("TIFF", "tiff_" + name + ".tif", tolerance, refused))

    none = ["-compress", "None"]
    c("rgb", RGB, *none)
    c("rgb_16", RGB, "-depth", 16, *none)
    for depth in [1, 2, 4, 8, 16]:
        c(f"grey_{depth}", GREY, "-colorspace", "Gray", "-type", "Grayscale", "-depth", depth, *none)
    for depth in [1, 2, 4, 8]:
        c(f"white_is_zero_{depth}", GREY, "-colorspace", "Gray", "-type", "Grayscale", "-depth", depth, "-define", "quantum:polarity=min-is-white", *none)
    for depth in [4, 8]:
        c(f"palette_{depth}", RGB, "+dither", "-colors", 2 ** depth, "-type", "Palette", *none)
    c("grey_alpha", RGBA, "-colorspace", "Gray", "-type", "GrayscaleAlpha", *none)
    for how in ["associated", "unassociated"]:
        c("rgba_" + how, RGBA, "-define", "tiff:alpha=" + how, *none, tolerance=3)
        c("rgba_16_" + how, RGBA, "-depth", 16, "-define", "tiff:alpha=" + how, *none, tolerance=3)
    c("cmyk", RGB, "-colorspace", "CMYK", *none)
    c("cmyk_lzw", RGB, "-colorspace", "CMYK", "-compress", "LZW")
    c("cmyk_16", RGB, "-colorspace", "CMYK", "-depth", 16, *none)
    c("lab", RGB, "-colorspace", "Lab", *none, refused="a TIFF with L*a*b* colours")
    grey.convert("F").save(add("TIFF", "tiff_float.tif", refused="a TIFF of floating-point numbers"))
    c("32_bits", RGB, "-depth", 32, *none, refused="a TIFF with 32 bits to a sample")
    rgb, deep = "tiff_rgb.tif", "tiff_rgb_16.tif"
    for name, how in [("lzw", "lzw"), ("lzw_predictor", "lzw:2"), ("zip", "zip"), ("zip_predictor", "zip:2"), ("packbits", "packbits")]:
        cp(name, rgb, "-c", how)
        cp(name + "_16", deep, "-c", how)
        cp(name + "_tiles", rgb, "-c", how, "-t", "-w", 32, "-l", 16)
        cp(name + "_planes", rgb, "-c", how, "-p", "separate")
    cp("rows_1", rgb, "-c", "none", "-r", 1)
    cp("rows_7", rgb, "-c", "none", "-r", 7)
    cp("tiles", rgb, "-c", "none", "-t", "-w", 16, "-l", 16)
    cp("tiles_planes", rgb, "-c", "none", "-t", "-w", 16, "-l", 16, "-p", "separate")
    cp("planes", rgb, "-c", "none", "-p", "separate")
    c("planes_16", RGB, "-depth", 16, "-interlace", "Plane", *none)
    cp("planes_alpha", "tiff_rgba_unassociated.tif", "-c", "none", "-p", "separate", tolerance=3)
    cp("planes_cmyk", "tiff_cmyk.tif", "-c", "none", "-p", "separate")
    cp("palette_tiles", "tiff_palette_8.tif", "-c", "none", "-t", "-w", 16, "-l", 16)
    cp("palette_4_tiles", "tiff_palette_4.tif", "-c", "none", "-t", "-w", 16, "-l", 16)
    cp("motorola", rgb, "-c", "lzw:2", "-B")
    cp("motorola_16", deep, "-c", "zip:2", "-B")
    cp("big", rgb, "-8", "-c", "none", "-r", 5)
    cp("big_motorola", deep, "-8", "-B", "-c", "lzw:2", "-r", 5)
    cp("big_tiles", rgb, "-8", "-c", "zip", "-t", "-w", 16, "-l", 16)
    cp("jpeg", rgb, "-c", "jpeg:90", tolerance=12)
    cp("jpeg_rgb", rgb, "-c", "jpeg:r:90", tolerance=12)
    cp("jpeg_tiles", rgb, "-c", "jpeg:90", "-t", "-w", 16, "-l", 16, tolerance=20)
    cp("jpeg_rows", rgb, "-c", "jpeg:90", "-r", 16, tolerance=12)
    cp("jpeg_grey", "tiff_grey_8.tif", "-c", "jpeg:90", tolerance=12)
    cp("jpeg_cmyk", "tiff_cmyk.tif", "-c", "jpeg:90", tolerance=12)
    cp("big_jpeg", rgb, "-8", "-c", "jpeg:90", tolerance=12)
    for how in ["lzma", "zstd", "webp"]:
        cp(how, rgb, "-c", how, refused="a TIFF with " + {"lzma": "LZMA", "zstd": "Zstandard", "webp": "WebP"}[how] + " compression")
    for polarity in ["white", "black"]:
        sh("convert", BITS, "-monochrome", "-compress", "Group4", "-define", f"quantum:polarity=min-is-{polarity}", t("fax.tif"))
        cp(f"bits_{polarity}", t("fax.tif"), "-c", "none")
        bits = f"tiff_bits_{polarity}.tif"
        for how in ["g3:1d", "g3:fill", "g3:2d", "g4"]:
            refused = {"g3:2d": "a TIFF with two-dimensional CCITT group 3 compression",
                       "g3:fill": "a TIFF with CCITT group 3 compression whose lines are filled up to whole bytes"}.get(how, "")
            cp(f"{how.replace(':', '_')}_{polarity}", bits, "-c", how, refused=refused)
        cp(f"g4_reversed_{polarity}", bits, "-c", "g4", "-f", "lsb2msb")
        cp(f"g4_rows_{polarity}", bits, "-c", "g4", "-r", 8)
        cp(f"packbits_{polarity}", bits, "-c", "packbits")
        cp(f"lzw_{polarity}", bits, "-c", "lzw")
    cp("reversed", "tiff_bits_black.tif", "-c", "none", "-f", "lsb2msb", refused="a TIFF whose bits stand in reverse order")
    for h, v in [(1, 1), (2, 1), (1, 2), (2, 2), (4, 2)]:
        for how in ["none", "zip", "packbits"] if (h, v) == (2, 2) else ["none"]:
            write(add("TIFF", f"tiff_ycbcr_{h}x{v}_{how}.tif", 8), ycbcr(h, v, how))
    for o in range(2, 9):
        path = add("TIFF", f"tiff_turned_{o}.tif")
        sh("tiffcp", "-c", "lzw", os.path.join(here, rgb), path)
        sh("tiffset", "-s", 274, o, path)
    sh("tiffcp", "-c", "lzw", os.path.join(here, rgb), os.path.join(here, "tiff_grey_8.tif"), add("TIFF", "tiff_pages.tif"))


def ycbcr(h, v, how):
    """A TIFF in strips of 8 rows, of which colours stand once for h x v pixels."""
    planes = [p.load() for p in base.convert("YCbCr").split()]
    near = lambda c, x, y: planes[c][min(x, W - 1), min(y, H - 1)]
    strips = []
    for top in range(0, H, 8):
        strip = b""
        for y in range(top, min(top + 8, H), v):
            for x in range(0, W, h):
                places = [(x + i, y + j) for j in range(v) for i in range(h)]
                mean = lambda c: sum(near(c, *p) for p in places) // len(places)
                strip += bytes([near(0, *p) for p in places] + [mean(1), mean(2)])
        if how == "zip":
            strip = zlib.compress(strip)
        if how == "packbits":
            strip = b"".join(bytes([len(strip[i:i + 128]) - 1]) + strip[i:i + 128] for i in range(0, len(strip), 128))
        strips.append(strip)
    body, offsets = b"", []
    for strip in strips:
        offsets.append(8 + len(body))
        body += strip + b"\0" * (len(strip) % 2)
    long = lambda *values: (4, len(values), struct.pack(f"<{len(values)}I", *values))
    short = lambda *values: (3, len(values), struct.pack(f"<{len(values)}H", *values))
    limits = (5, 6, struct.pack("<12I", 0, 1, 255, 1, 128, 1, 255, 1, 128, 1, 255, 1))
    compression = {"none": 1, "zip": 8, "packbits": 32773}[how]
    tags = {256: long(W), 257: long(H), 258: short(8, 8, 8), 259: short(compression), 262: short(6), 273: long(*offsets), 277: short(3), 278: long(8),
            279: long(*map(len, strips)), 284: short(1), 530: short(h, v), 532: limits}
    entries = b""
    for tag, (kind, count, value) in sorted(tags.items()):
        if len(value) > 4:
            place, body = 8 + len(body), body + value
            value = struct.pack("<I", place)
        entries += struct.pack("<HHI", tag, kind, count) + value.ljust(4, b"\0")
    return b"II*\0" + struct.pack("<I", 8 + len(body)) + body + struct.pack("<H", len(tags)) + entries + b"\0\0\0\0"


def shown(name, kind):
    """Width, height and RGBA of a file, by the second reader."""
    path = os.path.join(here, name)
    if name.startswith(("png_turned", "webp_turned")):  # which ImageMagick leaves as they lie
        img = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
        return img.width, img.height, img.tobytes()
    if name.startswith(("tiff_ycbcr", "tiff_white")):  # which it reads wrongly; libtiff itself does not
        sh("tiff2rgba", "-c", "none", path, t("rgba.tif"))
        path = t("rgba.tif")
    if name in ("bmp_argb4444.bmp", "bmp_argb1555.bmp"):  # whose alpha it reads wrongly
        return W, H, words(read(path), 4 if "4444" in name else 5)
    args = {"GIF": ["-background", "none", "-flatten"], "WebP": ["-coalesce"]}.get(kind, [])
    size = sh("convert", path + "[0]", *args, "-auto-orient", "-format", "%w %h", "info:").split()
    w, h = int(size[0]), int(size[1])
    data = sh("convert", path + "[0]", *args, "-auto-orient", "-colorspace", "sRGB", "-depth", 8, "RGBA:-")
    assert len(data) == 4 * w * h, name
    return w, h, data


def words(data, bits):
    """The pixels of a BMP of 16 bits, alpha above red, green and blue of so many bits."""
    first, stride, out = struct.unpack("<I", data[10:14])[0], (2 * W + 3) // 4 * 4, b""
    for y in reversed(range(H)):
        for v in struct.unpack(f"<{W}H", data[first + stride * y:][:2 * W]):
            most = 2 ** bits - 1
            out += bytes([(v >> bits * i & most) * 255 // most for i in (2, 1, 0)] + [(v >> 3 * bits) * 255 // (2 ** (16 - 3 * bits) - 1)])
    return out


def pixels():
    """What the second reader shows of each file, at 40 places."""
    told = {}
    for name, (kind, refused, tolerance) in sorted(files.items()):
        entry = {"kind": kind}
        if refused:
            entry["refused"] = refused
        else:
            w, h, data = shown(name, kind)
            entry.update(tolerance=tolerance, size=[w, h], pixels=[])
            for i in range(40):
                x, y = (i * 17 + 3) % w, (i * 23 + i // 7 + 2) % h
                entry["pixels"].append([x, y, *data[4 * (y * w + x):][:4]])
        told[name] = entry
    with open(os.path.join(here, "pixels.json"), "w") as f:
        f.write("{\n" + ",\n".join(json.dumps(n) + ": " + json.dumps(e, separators=(",", ":")) for n, e in told.items()) + "\n}\n")


for kind in [jpeg, png, webp, gif, bmp, tiff]:
    kind()
pixels()
