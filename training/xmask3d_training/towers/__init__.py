# SPDX-License-Identifier: Apache-2.0
"""Small frozen networks, a CLIP and a latent diffusion model, trained on image-text pairs of the synthetic rooms."""
