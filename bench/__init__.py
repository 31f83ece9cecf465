"""What a referral costs at each stage of its path, as a ratio to the least that stage could cost."""
